using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Install;

/// <summary>A <c>kernel.json</c>: how Jupyter is to start a kernel (Jupyter client documentation, "Kernel specs").</summary>
internal sealed record KernelSpec
{
    public const string FileName = "kernel.json";
    private const string Program = "casa-kernel";

    public IReadOnlyList<string> Argv { get; set; } = [];

    public string DisplayName { get; set; } = "";

    public Dictionary<string, string> Env { get; set; } = [];

    /// <summary>What else the file holds; it is kept.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>This kernel's binary; not the process's, which is <c>dotnet</c> for a build that is not published.</summary>
    public static string ThisBinary { get; } = Path.Combine(AppContext.BaseDirectory, Program);

    /// <summary>The template that is delivered with the kernel.</summary>
    public static string Template { get; } = Path.Combine(AppContext.BaseDirectory, FileName);

    [JsonIgnore]
    public string Binary => Argv is [var first, ..] ? first : "";

    [JsonIgnore]
    public bool IsOurs => Path.GetFileName(Binary) == Program;

    /// <summary>The Python that the kernel is told to host, or null.</summary>
    [JsonIgnore]
    public string? Python => Argv.SkipWhile(argument => argument != "--python").ElementAtOrDefault(1);

    /// <returns>Null if there is no such file or it is not a kernel.json.</returns>
    public static KernelSpec? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), InstallJson.Default.KernelSpec);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The spec that starts <paramref name="binary"/> for a Python.</summary>
    /// <exception cref="UserException">The template is missing or damaged.</exception>
    public static KernelSpec Make(string template, string binary, string python, string displayName)
    {
        var spec = Read(template) ?? throw new UserException(
            $"{template} is missing or damaged; unpack the whole folder of casa-kernel again, not the binary alone.");
        return spec with
        {
            Argv = [.. spec.Argv.Select(argument => argument switch { "{kernel}" => binary, "{python}" => python, _ => argument })],
            DisplayName = displayName,
        };
    }

    public void Write(string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, InstallJson.Writing);
        JsonSerializer.Serialize(json, this, InstallJson.Default.KernelSpec);
    }

    /// <summary>Whether it hosts that Python, be it under another of its names (python, python3, python3.11).</summary>
    public bool Hosts(string python) => Python is { } own
        && (own == python || (Path.GetDirectoryName(own) == Path.GetDirectoryName(python) && Real(own) == Real(python)));

    private static string Real(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
}
