using CasaWrapperKernel.Recompute.Identity;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>Keeps a store within its bounds, and finds what is amiss in it. Nothing outside of it is touched.</summary>
internal sealed class Collector(Store store)
{
    private static readonly TimeSpan Unfinished = TimeSpan.FromHours(1);

    /// <summary>The entries, those of use last first; damaged ones are null.</summary>
    public IEnumerable<(FileInfo File, Entry? Entry)> List() =>
        store.Entries.Files().Select(file => (file, Read(file)));

    /// <summary>What the store takes, in bytes.</summary>
    public long Size() => store.Objects.Files().Concat(store.Entries.Files()).Sum(file => file.Length);

    /// <summary>The records' files of the entries that cannot be restored.</summary>
    public IEnumerable<FileInfo> Damaged(CancellationToken stop)
    {
        var seen = new Dictionary<string, bool>();
        foreach (var (file, entry) in List())
        {
            var isSound = entry?.Contents.All(content =>
            {
                if (!seen.TryGetValue(content.Hash, out var known))
                {
                    seen[content.Hash] = known = store.Objects.Verify(content, stop);
                }

                return known;
            });
            if (isSound is not true)
            {
                yield return file;
            }
        }
    }

    /// <summary>Removes entries that have been of no use for longest, and contents that no entry has.</summary>
    /// <param name="mostBytes">What the store may take.</param>
    /// <param name="longest">How long an entry may be of no use.</param>
    /// <returns>How many entries were removed.</returns>
    public int Collect(long mostBytes, TimeSpan longest, DateTimeOffset now)
    {
        var wanted = new HashSet<string>();
        var (bytes, removed) = (0L, 0);
        foreach (var (file, entry) in List())
        {
            var more = entry?.Contents.DistinctBy(content => content.Hash)
                .Where(content => !wanted.Contains(content.Hash)).ToList();
            var size = file.Length + (more?.Sum(content => content.Size) ?? 0);
            if (more is null || now - file.LastWriteTimeUtc > longest || bytes + size > mostBytes)
            {
                file.Delete();
                removed++;
                continue;
            }

            bytes += size;
            wanted.UnionWith(more.Select(content => content.Hash));
        }

        Delete(store.Objects.Files(), now, Unfinished, file => !wanted.Contains(file.Name));
        Delete(Files("unfinished"), now, Unfinished, _ => true);
        Delete(Files("stamps"), now, longest, _ => true);
        Delete(Files("identities"), now, longest, _ => true);
        return removed;
    }

    // What is young may be of an entry whose record another kernel is about to write.
    private static void Delete(
        IEnumerable<FileInfo> files, DateTimeOffset now, TimeSpan age, Func<FileInfo, bool> isUnwanted)
    {
        foreach (var file in files.Where(isUnwanted))
        {
            if (now - new DateTimeOffset(ChangedUtc(file)) > age)
            {
                file.Delete();
            }
        }
    }

    private IEnumerable<FileInfo> Files(string part) =>
        new DirectoryInfo(Path.Combine(store.Folder, part)).EnumerateFiles("*", SearchOption.AllDirectories);

    private static DateTime ChangedUtc(FileInfo file) =>
        DateTime.UnixEpoch.AddTicks(Stamp.Of(file.FullName).Changed / 100);

    private static Entry? Read(FileInfo file)
    {
        try
        {
            return Entries.Read(file.FullName);
        }
        catch (Exception e) when (e is DamagedException or IOException)
        {
            return null;
        }
    }
}
