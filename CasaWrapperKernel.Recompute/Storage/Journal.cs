using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>One product on its way: where it is complete under a temporary name, and where it belongs.</summary>
/// <param name="Aside">Where what was there before goes, which the store knows; null if nothing was.</param>
internal sealed record Move(string Temporary, string Target, string? Aside);

/// <summary>
/// What a restore has in hand, so that one that was killed is ended by whoever comes next. Until all products are
/// complete it has temporary folders only, and they are removed; from then on the products go where they belong.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly FileStream _lock; // held as long as its process lives
    private readonly string _state;

    private Journal(FileStream file) => (_lock, _state) = (file, Path.ChangeExtension(file.Name, ".json"));

    public static Journal Begin(string folder, IReadOnlyList<string> temporaryFolders)
    {
        var journal = new Journal(new FileStream(
            Path.Combine(folder, $"{Guid.NewGuid():N}.lock"), FileMode.CreateNew, FileAccess.ReadWrite,
            FileShare.None));
        journal.Write(new JournalState(temporaryFolders, []));
        return journal;
    }

    /// <summary>All products are complete: this happens, now or later.</summary>
    public void Commit(IReadOnlyList<string> temporaryFolders, IReadOnlyList<Move> moves) =>
        Write(new JournalState(temporaryFolders, moves));

    /// <summary>Nothing is in hand any more.</summary>
    public void Dispose()
    {
        File.Delete(_state);
        File.Delete(_lock.Name);
        _lock.Dispose();
    }

    /// <summary>Ends what processes have begun that are no more.</summary>
    public static void Recover(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.lock"))
        {
            try
            {
                using var journal = new Journal(
                    new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None));
                journal.End();
            }
            catch (IOException)
            {
                // Its process is at work, or its disk is away: later.
            }
        }
    }

    /// <summary>Puts the products where they belong, as far as they are not there.</summary>
    /// <exception cref="IOException">A name is taken meanwhile.</exception>
    public static void Apply(IEnumerable<Move> moves)
    {
        foreach (var move in moves.Where(move => Path.Exists(move.Temporary)))
        {
            if (move.Aside is not null && Path.Exists(move.Target) && !Path.Exists(move.Aside))
            {
                Disk.RenameToNew(move.Target, move.Aside);
            }

            Disk.RenameToNew(move.Temporary, move.Target);
        }
    }

    private void End()
    {
        if (!File.Exists(_state))
        {
            return; // killed before it had anything in hand
        }

        var state = JsonSerializer.Deserialize(File.ReadAllBytes(_state), JournalJson.Default.JournalState)!;
        try
        {
            Apply(state.Moves);
        }
        catch (IOException)
        {
            // The user has made something of that name since.
        }

        foreach (var temporary in state.TemporaryFolders.Where(Directory.Exists))
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private void Write(JournalState state) =>
        Disk.WriteWhole(_state, JsonSerializer.SerializeToUtf8Bytes(state, JournalJson.Default.JournalState));
}

internal sealed record JournalState(IReadOnlyList<string> TemporaryFolders, IReadOnlyList<Move> Moves);

[JsonSerializable(typeof(JournalState))]
internal sealed partial class JournalJson : JsonSerializerContext;
