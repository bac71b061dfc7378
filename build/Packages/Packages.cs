using System.Security.Cryptography;

namespace Build.Packages;

/// <summary>Everything that can be downloaded: archive, wheel, .NET tool, and their checksums.</summary>
internal static class Packages
{
    /// <returns>The path of the program that they hold.</returns>
    public static async Task<string> Make(bool arm64, CancellationToken stop)
    {
        if (Directory.Exists(Folders.Packages))
        {
            Directory.Delete(Folders.Packages, recursive: true);
        }

        Directory.CreateDirectory(Folders.Packages);
        var program = await Kernel.Publish(stop);
        Pack(program, "linux-x64", "x86_64");
        if (arm64)
        {
            Pack(await CrossBuild.Arm64(stop), "linux-arm64", "aarch64");
        }

        await DotnetTool.Pack(stop);
        WriteChecksums();
        foreach (var file in Files())
        {
            Console.WriteLine($"{file.Length / 1e6,6:F1} MB  {file.FullName}");
        }

        return program;
    }

    private static void Pack(string program, string runtime, string machine)
    {
        var files = Payload.Of(Path.GetDirectoryName(program)!);
        var folder = $"casa-kernel-{Product.Version}";
        Archive.Write(Path.Combine(Folders.Packages, $"{folder}-{runtime}.tar.gz"), folder, files);
        Wheel.Write(Folders.Packages, $"manylinux_{Product.GlibcOf(program)}_{machine}", files);
    }

    // In the format of sha256sum, which checks it: sha256sum -c SHA256SUMS
    private static void WriteChecksums() => File.WriteAllLines(
        Path.Combine(Folders.Packages, "SHA256SUMS"),
        Files().Select(file => $"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.FullName)))}  {file.Name}"));

    private static List<FileInfo> Files() =>
        [.. new DirectoryInfo(Folders.Packages).GetFiles().Where(file => file.Name != "SHA256SUMS").OrderBy(file => file.Name)];
}
