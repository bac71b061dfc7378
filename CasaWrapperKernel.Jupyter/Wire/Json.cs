using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>Shorthand for reading and writing message contents.</summary>
internal static class Json
{
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, WireJson.Writing))
        {
            JsonSerializer.Serialize(json, value, type);
        }

        return stream.ToArray();
    }

    /// <summary>The content as a typed record, or null if it is not of that form.</summary>
    public static T? Read<T>(byte[] json, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
