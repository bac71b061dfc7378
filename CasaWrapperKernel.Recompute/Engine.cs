using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Recompute.Calls;
using CasaWrapperKernel.Recompute.Identity;
using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Recompute;

/// <summary>What was found for a call.</summary>
/// <param name="Ticket">By which what comes of the call is handed in.</param>
/// <param name="Reason">Why it has to run, or null if its products are there.</param>
/// <param name="Entry">What is known of it from an earlier time, or null.</param>
/// <param name="IsAmiss">Whether something of the store is not as it should be.</param>
internal sealed record Finding(int Ticket, string? Reason, Entry? Entry, bool IsAmiss = false);

/// <summary>
/// Decides for each call of a task whether it has to run, puts its products back if not, and keeps them if so. In doubt
/// it runs. One call at a time.
/// </summary>
internal sealed class Engine(Store store, TimeProvider time)
{
    private readonly Dictionary<int, Running> _running = [];
    private int _last;

    public Store Store => store;

    /// <summary>Looks for a call, and puts its products where it would have made them.</summary>
    /// <exception cref="UnknowableException">It cannot be known what its answer depends on: it has to run.</exception>
    public Finding Look(CallRequest call, CancellationToken stop)
    {
        var key = CallKey.Of(call, store, stop);
        RefuseTaken(call);
        string? reason;
        var isAmiss = false;
        try
        {
            var entry = call.Changes.Count == 0 ? store.Entries.Read(call.Task, key.Id) : null;
            reason = call.Changes.Count > 0 ? $"it changes {call.Inputs[call.Changes[0]]} in place"
                : entry is null ? Differences.Of(call, key, store.Entries)
                : entry.Folders.Except(Folders(call)).FirstOrDefault() is { } folder
                    ? $"its products hold the name of the folder {folder}"
                : null;
            if (reason is null)
            {
                new Restorer(store).Restore([.. entry!.Products.Select(product =>
                    (product, call.Outputs[product.Output].Path + product.Suffix))], stop);
                store.Entries.Used(entry);
                return new Finding(0, null, entry);
            }
        }
        catch (ObstacleException e)
        {
            reason = e.Message;
        }
        catch (DamagedException e)
        {
            (reason, isAmiss) = ($"what was kept of it is damaged ({e.Path})", true);
        }

        _running[++_last] = new Running(call, key, new FolderWatch(Folders(call)));
        return new Finding(_last, reason, null, isAmiss);
    }

    /// <summary>A call that was looked for has failed, or nobody wants to keep it.</summary>
    public void Drop(int ticket) => _running.Remove(ticket);

    /// <summary>
    /// A call that was looked for has run: what it made is kept; of what it changed in place, the new identity.
    /// </summary>
    /// <param name="log">What it has logged, which a replay gets back.</param>
    /// <param name="payload">The caller's own, which a replay gets back.</param>
    /// <returns>The paths of its products.</returns>
    /// <exception cref="UnknowableException">Nothing is kept: the task did what it is not known to do.</exception>
    public IReadOnlyList<string> Keep(int ticket, double seconds, string log, JsonElement payload,
        CancellationToken stop)
    {
        if (!_running.Remove(ticket, out var running))
        {
            throw new UnknowableException("nobody has looked for it");
        }

        var (call, key, watch) = running;
        var made = Made(call);
        var versions = call.Changes.Select(name => call.Inputs[name] + ".flagversions");
        if (watch.Changed([.. made.Select(one => one.Path), .. call.Inputs.Values, .. versions]) is { } other)
        {
            throw new UnknowableException($"it also made or changed {other}, or somebody else did meanwhile");
        }

        foreach (var (name, path) in call.Inputs.Where(input => !call.Changes.Contains(input.Key)))
        {
            if (CallKey.IdentityOf(path, call.WithHistory.Contains(name), store, stop) != key.Inputs[name])
            {
                throw new UnknowableException($"it changed {path}, or somebody else did meanwhile");
            }
        }

        foreach (var name in call.Changes)
        {
            var state = Known(call.Inputs[name], stop);
            if (store.Identities.Of(state.Content) != key.Inputs[name])
            {
                store.Identities.Add(state.Content, CanonicalEncoding.Of("changed", key.Id, name));
            }
        }

        if (call.Changes.Count == 0)
        {
            Keep(call, key, made, seconds, log, payload, stop);
        }

        return [.. made.Select(one => one.Path)];
    }

    private void Keep(CallRequest call, CallKey key, IReadOnlyList<(string Output, string Suffix, string Path)> made,
        double seconds, string log, JsonElement payload, CancellationToken stop)
    {
        if (call.Outputs.Keys.Except(made.Select(one => one.Output)).FirstOrDefault() is { } missing)
        {
            throw new UnknowableException($"it has not made {call.Outputs[missing].Path}");
        }

        var artefacts = made.Select(one => (one.Output, one.Suffix, one.Path, Artefact: Known(one.Path, stop)))
            .ToList();
        if (!store.HasRoomFor(artefacts.Sum(one => one.Artefact.Bytes)))
        {
            throw new UnknowableException($"the disk of {store.Folder} is nearly full");
        }

        if (made.FirstOrDefault(one => new FileInfo(one.Path).LinkTarget is not null).Path is { } link)
        {
            throw new UnknowableException($"{link} is a link");
        }

        var names = new PlaceNames(Folders(call));
        foreach (var (_, _, path, artefact) in artefacts)
        {
            foreach (var file in artefact.Files.Where(file => file.Kind == FileKind.Content))
            {
                var source = file.Name.Length > 0 ? Path.Combine(path, file.Name) : path;
                store.Objects.Put(source, file, stop);
                if (!CasaTables.NeverCounts(file.Name))
                {
                    names.Search(source);
                }
            }
        }

        names.Search(Encoding.UTF8.GetBytes(payload.GetRawText()));
        store.Entries.Write(new Entry
        {
            Key = key.Id,
            Task = call.Task,
            Made = time.GetUtcNow(),
            Seconds = seconds,
            Parts = key.Parts,
            Products = [.. artefacts.Select(one => new Product(one.Output, one.Suffix, one.Artefact.Files))],
            Folders = names.Found,
            Log = log,
            Payload = payload,
        });
        foreach (var (output, suffix, _, artefact) in artefacts)
        {
            store.Identities.Add(artefact.Content, CanonicalEncoding.Of("made", key.Id, output, suffix));
        }
    }

    private Artefact Known(string path, CancellationToken stop)
    {
        var there = store.Reader.Read(path, stop) ?? throw new UnknowableException($"{path} is gone");
        return OpenFiles.In(there.Path, onlyForWriting: true) is { } open
            ? throw new UnknowableException($"{open} is open for writing in this session")
            : there;
    }

    private static void RefuseTaken(CallRequest call)
    {
        foreach (var output in call.Outputs.Values)
        {
            if (!Directory.Exists(Path.GetDirectoryName(output.Path)))
            {
                throw new UnknowableException($"there is no folder for {output.Path}");
            }

            if (!output.Replaces && output.Present().FirstOrDefault() is { } suffix)
            {
                throw new UnknowableException($"{output.Path}{suffix} is there already");
            }
        }
    }

    private static List<(string Output, string Suffix, string Path)> Made(CallRequest call) =>
        [.. call.Outputs.SelectMany(one => one.Value.Present(), (one, suffix) =>
            (one.Key, suffix, one.Value.Path + suffix))];

    private static IReadOnlyCollection<string> Folders(CallRequest call) => [.. call.Inputs.Values
        .Concat(call.Outputs.Values.Select(output => output.Path)).Select(path => Path.GetDirectoryName(path)!)
        .Append(call.Folder).Distinct()];

    private sealed record Running(CallRequest Call, CallKey Key, FolderWatch Watch);
}
