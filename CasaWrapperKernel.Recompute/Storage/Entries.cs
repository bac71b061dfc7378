using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>
/// The records of calls: a file for each, in a folder for each task. An entry is there when its record is, which is
/// written last; its first line is the hash of the rest, so that a damaged one is known for what it is.
/// </summary>
/// <param name="folder">Where they are.</param>
internal sealed class Entries(string folder)
{
    public void Write(Entry entry)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(entry, EntryJson.Default.Entry);
        Directory.CreateDirectory(Path.Combine(folder, entry.Task), Disk.PrivateFolder);
        Disk.WriteWhole(PathOf(entry.Task, entry.Key), [.. Encoding.ASCII.GetBytes(HashOf(json) + "\n"), .. json]);
    }

    /// <returns>The entry, or null if there is none.</returns>
    /// <exception cref="DamagedException">There is one that is of no use.</exception>
    public Entry? Read(string task, string key)
    {
        var path = PathOf(task, key);
        return File.Exists(path) ? Read(path) : null;
    }

    /// <summary>The records' files, those that were of use last first.</summary>
    /// <param name="task">Of this task only.</param>
    public IReadOnlyList<FileInfo> Files(string? task = null)
    {
        var wanted = new DirectoryInfo(task is null ? folder : Path.Combine(folder, task));
        return wanted.Exists
            ? [.. wanted.EnumerateFiles("*.json", SearchOption.AllDirectories)
                .OrderByDescending(file => file.LastWriteTimeUtc)]
            : [];
    }

    /// <exception cref="DamagedException">It is of no use.</exception>
    public static Entry Read(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var end = bytes.AsSpan().IndexOf((byte)'\n');
        if (end < 0 || Encoding.ASCII.GetString(bytes, 0, end) != HashOf(bytes.AsSpan(end + 1)))
        {
            throw new DamagedException(path);
        }

        return JsonSerializer.Deserialize(bytes.AsSpan(end + 1), EntryJson.Default.Entry)!;
    }

    /// <summary>Notes that an entry was of use.</summary>
    public void Used(Entry entry) => File.SetLastWriteTimeUtc(PathOf(entry.Task, entry.Key), DateTime.UtcNow);

    public void Delete(Entry entry) => File.Delete(PathOf(entry.Task, entry.Key));

    private string PathOf(string task, string key) => Path.Combine(folder, task, key + ".json");

    private static string HashOf(ReadOnlySpan<byte> json) => Convert.ToHexStringLower(SHA256.HashData(json));
}

/// <summary>Something of the store is not as it was written.</summary>
internal sealed class DamagedException(string path) : Exception($"{path} is damaged")
{
    public string Path => path;
}
