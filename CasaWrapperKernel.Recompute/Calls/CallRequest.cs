using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Recompute.Calls;

/// <summary>A call of a task, as whoever makes it describes it.</summary>
internal sealed record CallRequest
{
    public required string Task { get; init; }

    /// <summary>What the task's answer depends on beside the call: versions of CASA and of its data.</summary>
    public required JsonElement Surroundings { get; init; }

    /// <summary>Every parameter with its typed value, defaults filled in; paths as they were given.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Values { get; init; }

    /// <summary>What the call reads: absolute paths by a name for each.</summary>
    public required IReadOnlyDictionary<string, string> Inputs { get; init; }

    /// <summary>Those of the inputs of which the history counts, too.</summary>
    public IReadOnlyList<string> WithHistory { get; init; } = [];

    /// <summary>Those of the inputs that the call changes in place.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>What the call makes, by the parameters that name it.</summary>
    public required IReadOnlyDictionary<string, Output> Outputs { get; init; }

    /// <summary>The working directory.</summary>
    public required string Folder { get; init; }
}

/// <summary>What a call makes.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Suffixes">
/// The endings of what is made, if the path is only the beginning of the names; else empty.
/// </param>
/// <param name="Replaces">Whether the task takes the place of what is there, without looking at it.</param>
internal sealed record Output(string Path, IReadOnlyList<string> Suffixes, bool Replaces)
{
    /// <summary>What is there of it, by suffix.</summary>
    public IEnumerable<string> Present()
    {
        if (Suffixes.Count == 0)
        {
            return System.IO.Path.Exists(Path) || IsLink(Path) ? [""] : [];
        }

        var folder = System.IO.Path.GetDirectoryName(Path)!;
        var name = System.IO.Path.GetFileName(Path);
        return Directory.Exists(folder)
            ? Directory.EnumerateFileSystemEntries(folder).Select(path => System.IO.Path.GetFileName(path))
                .Where(found => found.StartsWith(name + ".", StringComparison.Ordinal))
                .Select(found => found[name.Length..]).Where(IsSuffix).Order(StringComparer.Ordinal).ToList()
            : [];
    }

    private bool IsSuffix(string found) => Suffixes.Any(suffix =>
        found == suffix || found.StartsWith(suffix + ".", StringComparison.Ordinal));

    private static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CallRequest))]
internal sealed partial class CallJson : JsonSerializerContext;
