using System.Formats.Tar;
using System.IO.Compression;

namespace Build.Packages;

/// <summary>The kernel's folder as a tar.gz, to be unpacked anywhere; needs no .NET.</summary>
internal static class Archive
{
    /// <param name="folder">The one folder that the archive holds.</param>
    public static void Write(string path, string folder, IEnumerable<PayloadFile> files)
    {
        using var compressed = new GZipStream(File.Create(path), CompressionLevel.SmallestSize);
        using var tar = new TarWriter(compressed, TarEntryFormat.Ustar);
        foreach (var file in files)
        {
            using var content = new MemoryStream(file.Read());
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{folder}/{file.Path}")
            {
                Mode = file.Mode,
                ModificationTime = Product.Time,
                DataStream = content,
            });
        }
    }
}
