using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.KernelSpecs;

/// <summary>The JSON of kernelspecs.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(KernelSpec))]
internal sealed partial class KernelSpecJson : JsonSerializerContext
{
    /// <summary>For files that people read: indented, and without escapes for what JSON allows as it is.</summary>
    public static readonly JsonWriterOptions Writing = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
