using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Build.Packages;

/// <summary>
/// A Python wheel (the "binary distribution format" of packaging.python.org): pip puts the folder into
/// <c>PREFIX/lib/casa-kernel</c>, the command into <c>PREFIX/bin</c> and the kernelspec into <c>PREFIX/share/jupyter</c>.
/// </summary>
internal sealed class Wheel : IDisposable
{
    private readonly ZipArchive _zip;
    private readonly StringBuilder _record = new();
    private readonly string _name;

    private Wheel(string path, string name)
    {
        _zip = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        _name = name;
    }

    /// <param name="platform">The platform tag, for example <c>manylinux_2_34_x86_64</c>.</param>
    /// <returns>The wheel's path.</returns>
    public static string Write(string folder, string platform, IEnumerable<PayloadFile> files)
    {
        var name = $"casa_kernel-{Product.Version}";
        var tag = $"py3-none-{platform}";
        var path = Path.Combine(folder, $"{name}-{tag}.whl");
        using var wheel = new Wheel(path, name);
        foreach (var file in files)
        {
            wheel.Add($"{name}.data/data/lib/casa-kernel/{file.Path}", file.Read(), file.Mode);
        }

        wheel.Add($"{name}.data/data/share/jupyter/kernels/casa-kernel/kernel.json", WheelTexts.KernelSpec, PayloadFile.Plain);
        wheel.Add($"{name}.data/scripts/casa-kernel", WheelTexts.Command, PayloadFile.Program);
        wheel.Add($"{name}.dist-info/METADATA", WheelTexts.Metadata, PayloadFile.Plain);
        wheel.Add(
            $"{name}.dist-info/licenses/LICENSE", File.ReadAllText(Path.Combine(Folders.Root, "LICENSE")), PayloadFile.Plain);
        wheel.Add($"{name}.dist-info/WHEEL", WheelTexts.Wheel(tag), PayloadFile.Plain);
        return path;
    }

    /// <summary>RECORD comes last: it lists all other files, and itself without a digest.</summary>
    public void Dispose()
    {
        var path = $"{_name}.dist-info/RECORD";
        Store(path, Encoding.UTF8.GetBytes($"{_record}{path},,\n"), PayloadFile.Plain);
        _zip.Dispose();
    }

    private void Add(string path, string text, UnixFileMode mode) => Add(path, Encoding.UTF8.GetBytes(text), mode);

    private void Add(string path, byte[] content, UnixFileMode mode)
    {
        Store(path, content, mode);
        _record.Append($"{path},sha256={Base64Url.EncodeToString(SHA256.HashData(content))},{content.Length}\n");
    }

    private void Store(string path, byte[] content, UnixFileMode mode)
    {
        var entry = _zip.CreateEntry(path, CompressionLevel.SmallestSize);
        entry.LastWriteTime = Product.Time;
        // pip makes a file executable if its Unix mode, in the upper half, says that it is a regular, executable file.
        entry.ExternalAttributes = (0x8000 | (int)mode) << 16;
        using var stream = entry.Open();
        stream.Write(content);
    }
}
