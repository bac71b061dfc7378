using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Recompute.Calls;

/// <summary>Why a call is not one that ran before.</summary>
internal static class Differences
{
    private const int MostEntries = 50;

    /// <summary>The first difference to the nearest earlier call of the task, or that there is none.</summary>
    public static string Of(CallRequest call, CallKey key, Entries entries)
    {
        var nearest = entries.Files(call.Task).Take(MostEntries).Select(file => Parts(file.FullName)).OfType<Known>()
            .MinBy(parts => Names(parts, key).Count());
        return nearest is null ? $"this is the first {call.Task} that is kept"
            : Names(nearest, key).FirstOrDefault() is { } name ? Sentence(name, nearest, key, call)
            : "what was kept of it is of no use";
    }

    private static IEnumerable<string> Names(Known known, CallKey key) => known.Parts.Keys.Union(key.Parts.Keys)
        .Where(name => known.Parts.GetValueOrDefault(name) != key.Parts.GetValueOrDefault(name))
        .Order(StringComparer.Ordinal);

    private static string Sentence(string name, Known known, CallKey key, CallRequest call)
    {
        if (name.EndsWith(" holds", StringComparison.Ordinal))
        {
            var input = name[..^" holds".Length];
            return $"{(call.Inputs.TryGetValue(input, out var path) ? Path.GetFileName(path) : input)} ({input}) holds "
                + "other data than before";
        }

        var (before, now) = (known.Parts.GetValueOrDefault(name, "-"), key.Parts.GetValueOrDefault(name, "-"));
        return (name == "surroundings" ? "CASA or its data have changed" : name) + $": {before} → {now}";
    }

    private static Known? Parts(string path)
    {
        try
        {
            return new Known(Entries.Read(path).Parts);
        }
        catch (Exception e) when (e is DamagedException or IOException)
        {
            return null;
        }
    }

    private sealed record Known(IReadOnlyDictionary<string, string> Parts);
}
