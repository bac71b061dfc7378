using CasaWrapperKernel.Recompute.Identity;

namespace CasaWrapperKernel.Recompute.Calls;

/// <summary>
/// What lies in some folders, and whether it changes: what a task does beside what it is known to do. Of tables, the
/// files that lie directly in them are looked at.
/// </summary>
internal sealed class FolderWatch
{
    private const int MostFiles = 20_000;

    private readonly IReadOnlyCollection<string> _folders;
    private readonly Dictionary<string, Stamp> _before;

    /// <exception cref="UnknowableException">There is too much to look at.</exception>
    public FolderWatch(IEnumerable<string> folders)
    {
        _folders = [.. folders.Distinct().Where(Directory.Exists)];
        _before = Look();
    }

    /// <summary>What is new, gone or other than before, but for what lies under some paths.</summary>
    public string? Changed(IReadOnlyCollection<string> except)
    {
        var after = Look();
        return _before.Keys.Union(after.Keys)
            .Where(path => !except.Any(one => path == one || path.StartsWith(one + "/", StringComparison.Ordinal)))
            .FirstOrDefault(path => !_before.TryGetValue(path, out var old)
                || !after.TryGetValue(path, out var found) || found != old);
    }

    private Dictionary<string, Stamp> Look()
    {
        var found = new Dictionary<string, Stamp>();
        foreach (var info in _folders.SelectMany(folder => new DirectoryInfo(folder).EnumerateFileSystemInfos()))
        {
            if (IsOfOthers(info.Name))
            {
                continue;
            }

            // A folder's own times change with its lock.
            if (info is DirectoryInfo table && info.LinkTarget is null)
            {
                found[info.FullName] = default;
                foreach (var file in table.EnumerateFiles().Where(file => !CasaTables.NeverCounts(file.Name)))
                {
                    found[file.FullName] = Stamp.Of(file.FullName);
                }
            }
            else
            {
                found[info.FullName] = Stamp.Of(info.FullName);
            }

            if (found.Count > MostFiles)
            {
                throw new UnknowableException($"more than {MostFiles} files lie beside its data");
            }
        }

        return found;
    }

    // Notebooks and logs are written by whoever shows them, hidden files by front ends.
    private static bool IsOfOthers(string name) =>
        name.StartsWith('.') || Path.GetExtension(name) is ".ipynb" or ".log" or ".last";
}
