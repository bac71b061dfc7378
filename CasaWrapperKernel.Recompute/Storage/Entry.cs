using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Recompute.Identity;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>Something that a call has made.</summary>
/// <param name="Output">The parameter that names it.</param>
/// <param name="Suffix">What follows that parameter's value in its name: "" or, of tclean, such as ".image".</param>
internal sealed record Product(string Output, string Suffix, IReadOnlyList<KnownFile> Files);

/// <summary>What is known of a call that has run.</summary>
internal sealed record Entry
{
    public required string Key { get; init; }

    public required string Task { get; init; }

    public required DateTimeOffset Made { get; init; }

    /// <summary>Wall time of the task.</summary>
    public required double Seconds { get; init; }

    /// <summary>What the key was made of, in words, for whoever asks why another call is not this one.</summary>
    public required IReadOnlyDictionary<string, string> Parts { get; init; }

    public required IReadOnlyList<Product> Products { get; init; }

    /// <summary>
    /// Folders whose names the products hold: in other ones the task would have made other products.
    /// </summary>
    public required IReadOnlyList<string> Folders { get; init; }

    /// <summary>What the task has logged, in lines.</summary>
    public required string Log { get; init; }

    /// <summary>The caller's own: value, displays, notices.</summary>
    public required JsonElement Payload { get; init; }

    [JsonIgnore]
    public IEnumerable<KnownFile> Contents =>
        Products.SelectMany(product => product.Files).Where(file => file.Kind == FileKind.Content);

    [JsonIgnore]
    public long Bytes => Contents.Sum(file => file.Size);
}

[JsonSerializable(typeof(Entry))]
internal sealed partial class EntryJson : JsonSerializerContext;
