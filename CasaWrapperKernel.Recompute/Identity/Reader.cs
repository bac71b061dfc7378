using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>Gets to know artefacts by what is in them.</summary>
internal sealed class Reader(StampCache stamps, TimeProvider time)
{
    /// <summary>More than this is not read for the sake of a call.</summary>
    public const long MostBytes = 500L << 30;

    private long _bytesRead;

    /// <summary>How much has been read so far; what the stamp cache knows is not.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <param name="path">A file or a folder; a link is followed.</param>
    /// <returns>What is there, or null if nothing is.</returns>
    /// <exception cref="UnknowableException">It cannot be known by its files.</exception>
    public Artefact? Read(string path, CancellationToken stop)
    {
        var root = RealPath(path);
        if (root is null)
        {
            return null;
        }

        var files = List(root);
        if (files.Sum(file => file.Kind == FileKind.Content ? file.Stamp.Size : 0) > MostBytes)
        {
            throw new UnknowableException($"{path} holds more than {MostBytes >> 30} GB");
        }

        var known = stamps.Of(root);
        var found = new ConcurrentDictionary<string, KnownFile>();
        var isNew = 0;
        Each(files, file =>
        {
            var hash = file.Kind switch
            {
                FileKind.Folder => "",
                FileKind.Link => Link(root, file.Path),
                _ => Hash(file, known, ref isNew, stop),
            };
            found[file.Name] = new KnownFile(file.Name, file.Kind, hash, file.Stamp.Size, file.Mode);
        }, stop);
        if (isNew != 0)
        {
            stamps.Save(root);
        }

        var all = found.Values.OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        return new Artefact(root, Artefact.ContentOf(all, withHistory: false), all);
    }

    /// <summary>SHA-256 of a file's content in hexadecimal.</summary>
    public string Hash(string path, CancellationToken stop)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 18];
        for (long at = 0; RandomAccess.Read(file, buffer, at) is var count and > 0; at += count)
        {
            stop.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, count);
            Interlocked.Add(ref _bytesRead, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The path without links, or null if nothing is there.</summary>
    public static string? RealPath(string path)
    {
        Span<byte> found = stackalloc byte[Libc.PATH_MAX];
        return Libc.realpath(path, ref MemoryMarshal.GetReference(found)) == 0
            ? null
            : Encoding.UTF8.GetString(found[..found.IndexOf((byte)0)]);
    }

    private static void Each(IEnumerable<Listed> files, Action<Listed> read, CancellationToken stop)
    {
        try
        {
            Parallel.ForEach(files,
                new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
                read);
        }
        catch (AggregateException several)
        {
            throw several.InnerExceptions[0];
        }
    }

    private string Hash(
        Listed file, ConcurrentDictionary<string, StampedHash> known, ref int isNew, CancellationToken stop)
    {
        if (CasaTables.Obstacle(file.Path, file.Name) is { } obstacle)
        {
            throw new UnknowableException($"{file.Path} {obstacle}");
        }

        if (CasaTables.IsLock(file.Name))
        {
            return Hash(file.Path, stop); // whoever looks at the table writes into it
        }

        if (known.TryGetValue(file.Name, out var before) && before.Stamp == file.Stamp
            && !before.Stamp.IsRacy(before.At))
        {
            return before.Hash;
        }

        var at = time.GetUtcNow();
        var hash = Hash(file.Path, stop);
        if (Stamp.Of(file.Path) != file.Stamp)
        {
            throw new UnknowableException($"{file.Path} changes while it is read");
        }

        known[file.Name] = new StampedHash(file.Stamp, hash, at);
        Interlocked.Exchange(ref isNew, 1);
        return hash;
    }

    private static string Link(string root, string path)
    {
        var target = new FileInfo(path).LinkTarget!;
        var full = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, target));
        return Path.IsPathRooted(target) || !full.StartsWith(root + "/", StringComparison.Ordinal)
            ? throw new UnknowableException($"{path} is a link to elsewhere")
            : target;
    }

    private static List<Listed> List(string root)
    {
        if (File.Exists(root))
        {
            return [new Listed(root, "", FileKind.Content, Stamp.Of(root), File.GetUnixFileMode(root))];
        }

        var found = new List<Listed>();
        var folders = new Stack<string>([root]);
        while (folders.TryPop(out var folder))
        {
            foreach (var info in new DirectoryInfo(folder).EnumerateFileSystemInfos())
            {
                var kind = info.LinkTarget is not null ? FileKind.Link
                    : info is DirectoryInfo ? FileKind.Folder : FileKind.Content;
                found.Add(new Listed(info.FullName, Path.GetRelativePath(root, info.FullName), kind,
                    Stamp.Of(info.FullName), info.UnixFileMode));
                if (kind == FileKind.Folder)
                {
                    folders.Push(info.FullName);
                }
            }
        }

        return found;
    }

    private sealed record Listed(string Path, string Name, FileKind Kind, Stamp Stamp, UnixFileMode Mode);
}
