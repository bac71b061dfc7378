using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Jupyter.Connection;

/// <summary>
/// The connection file (Jupyter client documentation, "Connection files"): where to bind, and the key. A port of 0
/// leaves the choice to the kernel.
/// </summary>
internal sealed record ConnectionInfo
{
    private const int CurveKeyLength = 40;

    public string Transport { get; set; } = "tcp";

    public string Ip { get; set; } = "127.0.0.1";

    public int ShellPort { get; set; }

    public int IopubPort { get; set; }

    public int StdinPort { get; set; }

    public int ControlPort { get; set; }

    public int HbPort { get; set; }

    public string SignatureScheme { get; set; } = "hmac-sha256";

    public string Key { get; set; } = "";

    /// <summary>
    /// Public half of the CURVE key pair in Z85 (40 characters), if the sockets are to be encrypted; jupyter_client 8.9
    /// and later make it when <c>transport_encryption</c> is on and the kernelspec says that the kernel can.
    /// </summary>
    public string? CurvePublickey { get; set; }

    /// <summary>Secret half of the CURVE key pair.</summary>
    public string? CurveSecretkey { get; set; }

    /// <summary>What else the file holds; it is kept when the file is rewritten.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>Whether the channels are Unix sockets: <see cref="Ip"/> is then the beginning of their paths.</summary>
    [JsonIgnore]
    public bool IsIpc => Transport == "ipc";

    /// <summary>The address of a channel as ZeroMQ writes it.</summary>
    public string Endpoint(int port) => $"{Transport}://{Ip}{(IsIpc ? '-' : ':')}{port}";

    /// <param name="insecure">Whether a file without a key will do.</param>
    /// <exception cref="UserException">The file is missing, unreadable, no JSON, or asks for what this kernel cannot
    /// do.</exception>
    public static ConnectionInfo Read(string path, bool insecure = false)
    {
        try
        {
            var info = JsonSerializer.Deserialize(File.ReadAllBytes(path), HostingJson.Default.ConnectionInfo)
                ?? throw new JsonException("it is empty");
            return info.Fault(insecure) is { } fault
                ? throw new UserException($"The connection file {path} {fault}")
                : info with { Key = info.Key ?? "" };
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserException(
                $"The connection file {path} does not exist; Jupyter makes it when it starts a kernel (see casa-kernel install).");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new UserException($"The connection file {path} cannot be read: {e.Message}");
        }
        catch (JsonException e)
        {
            throw new UserException($"The connection file {path} is not the JSON that Jupyter writes: {e.Message}");
        }
    }

    /// <summary>Writes the ports that were bound back to the file, where the file had left them open.</summary>
    /// <param name="asked">What the file holds.</param>
    public void WriteIfOther(ConnectionInfo asked, string path)
    {
        if (this != asked)
        {
            Write(path);
        }
    }

    /// <summary>Replaces the file, at once.</summary>
    public void Write(string path)
    {
        // It holds the key, and the folder may be open to others: a name that nobody can guess, and no file that is
        // there.
        var temporary = $"{path}.{Guid.NewGuid():N}";
        using (var stream = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            JsonSerializer.Serialize(stream, this, HostingJson.Default.ConnectionInfo);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <returns>What is wrong, as the end of a sentence that begins with the file; null if nothing is.</returns>
    private string? Fault(bool insecure)
    {
        int[] ports = [ShellPort, IopubPort, StdinPort, ControlPort, HbPort];
        // Half a key pair must not quietly mean no encryption.
        var halfPair = (CurvePublickey is null) != (CurveSecretkey is null)
            || this is { CurvePublickey.Length: not CurveKeyLength } or { CurveSecretkey.Length: not CurveKeyLength };
        return Transport is not ("tcp" or "ipc") ? $"asks for the transport '{Transport}'; casa-kernel speaks tcp and ipc."
            : string.IsNullOrEmpty(Ip) ? "names no ip to listen on; let Jupyter make a new file."
            : IsIpc && (ports.Distinct().Count() < ports.Length || ports.Contains(0))
                ? "gives two channels one number, or 0, which ipc does not allow; let Jupyter make a new file."
            : halfPair ? "has CURVE keys that are no pair of Z85 keys; let Jupyter make a new file."
            : string.IsNullOrEmpty(SignatureScheme) ? "names no signature_scheme; let Jupyter make a new file."
            : string.IsNullOrEmpty(Key) && !insecure
                ? "has no key, so anybody who reaches the ports could run code as you; let Jupyter make a new file, or start "
                    + "the kernel with --insecure if that is meant."
            : null;
    }

    public override string ToString() => $"{Transport}://{Ip} (key ****)";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(ConnectionInfo))]
internal sealed partial class HostingJson : JsonSerializerContext;
