using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>The hash of a file that had this stamp, read at this time.</summary>
internal sealed record StampedHash(Stamp Stamp, string Hash, DateTimeOffset At);

/// <summary>The hashes of files that were read before, so that what has not changed is not read again.</summary>
/// <param name="folder">Where they outlive the process.</param>
internal sealed class StampCache(string folder)
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, StampedHash>> _known = new();

    /// <summary>Those of an artefact by the names of its files.</summary>
    public ConcurrentDictionary<string, StampedHash> Of(string artefact) => _known.GetOrAdd(artefact, Load);

    /// <summary>Keeps what is known of an artefact; without room for it, it is read again next time.</summary>
    public void Save(string artefact)
    {
        try
        {
            Disk.WriteWhole(FileOf(artefact), JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, StampedHash>(Of(artefact)), StampJson.Default.DictionaryStringStampedHash));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is a cache.
        }
    }

    private ConcurrentDictionary<string, StampedHash> Load(string artefact)
    {
        try
        {
            return new(JsonSerializer.Deserialize(
                File.ReadAllBytes(FileOf(artefact)), StampJson.Default.DictionaryStringStampedHash) ?? []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return new();
        }
    }

    private string FileOf(string artefact) => Path.Combine(folder, CanonicalEncoding.Of(artefact) + ".json");
}

[JsonSerializable(typeof(Dictionary<string, StampedHash>))]
internal sealed partial class StampJson : JsonSerializerContext;
