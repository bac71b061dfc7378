using CasaWrapperKernel.Recompute.Identity;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>
/// Puts products back: complete, and under other names first, then each by one rename to a name that is free. Where
/// something is, it stays, unless it is the same already or the store has it too.
/// </summary>
internal sealed class Restorer(Store store)
{
    /// <param name="products">Each with the path where it belongs.</param>
    /// <exception cref="ObstacleException">Something is in the way; nothing has been done.</exception>
    /// <exception cref="DamagedException">What was kept is of no use; nothing has been done.</exception>
    public void Restore(IReadOnlyList<(Product Product, string Path)> products, CancellationToken stop)
    {
        var wanted = products.Where(one => !IsThere(one.Product, one.Path, stop)).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var folders = wanted.Select(one => Path.GetDirectoryName(one.Path)!).Distinct()
            .ToDictionary(folder => folder, folder => Path.Combine(folder, $".casa-kernel-{Guid.NewGuid():N}"));
        using var journal = Journal.Begin(store.Journals, [.. folders.Values]);
        var moves = new List<Move>();
        try
        {
            foreach (var (product, path) in wanted)
            {
                moves.Add(Prepare(product, path, folders[Path.GetDirectoryName(path)!], moves.Count, stop));
            }

            journal.Commit([.. folders.Values], moves);
            Apply(moves);
        }
        finally
        {
            foreach (var temporary in folders.Values.Where(Directory.Exists))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    /// <summary>Whether the product is where it belongs, as it was made.</summary>
    private bool IsThere(Product product, string path, CancellationToken stop)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new ObstacleException($"{path} is a link");
        }

        if (store.Reader.Read(path, stop) is not { } there)
        {
            return false;
        }

        if (OpenFiles.In(there.Path, onlyForWriting: false) is { } open)
        {
            throw new ObstacleException($"{open} is open in this session");
        }

        if (there.Content == Artefact.ContentOf(product.Files, withHistory: false))
        {
            return true;
        }

        var lost = there.Files.Where(file => file.Kind == FileKind.Content && !CasaTables.NeverCounts(file.Name))
            .FirstOrDefault(file => !store.Objects.Has(file));
        return lost is null
            ? false
            : throw new ObstacleException($"{Path.Combine(path, lost.Name)} was made or changed by something else");
    }

    private Move Prepare(Product product, string path, string folder, int number, CancellationToken stop)
    {
        Directory.CreateDirectory(folder, Disk.PrivateFolder);
        var temporary = Path.Combine(folder, $"{number}");
        foreach (var file in product.Files)
        {
            stop.ThrowIfCancellationRequested();
            Make(file, file.Name.Length > 0 ? Path.Combine(temporary, file.Name) : temporary, stop);
        }

        return new Move(temporary, path, Path.Exists(path) ? Path.Combine(folder, $"{number}.before") : null);
    }

    private void Make(KnownFile file, string path, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        switch (file.Kind)
        {
            case FileKind.Folder:
                Directory.CreateDirectory(path);
                File.SetUnixFileMode(path, file.Mode | Disk.PrivateFolder);
                break;
            case FileKind.Link:
                File.CreateSymbolicLink(path, file.Hash);
                break;
            default:
                store.Objects.Get(file, path, stop);
                break;
        }
    }

    private static void Apply(List<Move> moves)
    {
        try
        {
            Journal.Apply(moves);
        }
        catch (IOException e)
        {
            foreach (var move in moves.Where(move => !Path.Exists(move.Temporary)))
            {
                Disk.RenameToNew(move.Target, move.Temporary);
                if (move.Aside is not null)
                {
                    Disk.RenameToNew(move.Aside, move.Target);
                }
            }

            throw new ObstacleException(e.Message);
        }

        foreach (var folder in moves.Select(move => Path.GetDirectoryName(move.Target)!).Distinct())
        {
            Disk.Flush(folder);
        }
    }
}

/// <summary>Something is in the way of a product.</summary>
internal sealed class ObstacleException(string message) : Exception(message);
