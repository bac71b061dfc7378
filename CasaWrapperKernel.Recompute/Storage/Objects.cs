using CasaWrapperKernel.Recompute.Identity;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>The contents of products, each once, by their hashes.</summary>
/// <param name="folder">Where they are.</param>
/// <param name="unfinished">Where they are while they are written; on the same file system.</param>
internal sealed class Objects(string folder, string unfinished, Reader reader)
{
    public bool Has(KnownFile file) => File.Exists(PathOf(file.Hash));

    /// <summary>Keeps the content of a file.</summary>
    /// <exception cref="UnknowableException">The file has changed since its hash was taken.</exception>
    /// <exception cref="IOException">There is no room for it.</exception>
    public void Put(string path, KnownFile file, CancellationToken stop)
    {
        if (Verify(file, stop))
        {
            return;
        }

        var temporary = Path.Combine(unfinished, Guid.NewGuid().ToString("N"));
        try
        {
            Disk.Copy(path, temporary);
            if (reader.Hash(temporary, stop) != file.Hash)
            {
                throw new UnknowableException($"{path} changes while it is kept");
            }

            File.SetUnixFileMode(temporary, UnixFileMode.UserRead);
            var target = PathOf(file.Hash);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!, Disk.PrivateFolder);
            File.Move(temporary, target, overwrite: true); // another kernel may have put the same there
            Disk.Flush(Path.GetDirectoryName(target)!);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Makes a new file of a content, and proves that it is that content.</summary>
    /// <exception cref="DamagedException">It is not; what was kept is removed.</exception>
    public void Get(KnownFile file, string path, CancellationToken stop)
    {
        var kept = PathOf(file.Hash);
        if (!File.Exists(kept))
        {
            throw new DamagedException(kept);
        }

        Disk.Copy(kept, path);
        if (reader.Hash(path, stop) != file.Hash)
        {
            File.Delete(kept);
            throw new DamagedException(kept);
        }

        File.SetUnixFileMode(path, file.Mode);
    }

    /// <summary>Whether a content is there and as it was.</summary>
    public bool Verify(KnownFile file, CancellationToken stop) =>
        Has(file) && reader.Hash(PathOf(file.Hash), stop) == file.Hash;

    public IEnumerable<FileInfo> Files() => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories);

    private string PathOf(string hash) => Path.Combine(folder, hash[..2], hash);
}
