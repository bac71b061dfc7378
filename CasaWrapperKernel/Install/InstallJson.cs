using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Install;

/// <summary>The JSON that the commands read and write.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(KernelSpec))]
[JsonSerializable(typeof(PythonEnvironment))]
[JsonSerializable(typeof(PythonFinding[]))]
internal sealed partial class InstallJson : JsonSerializerContext
{
    /// <summary>For files that people read: indented, and without escapes for what JSON allows as it is.</summary>
    public static readonly JsonWriterOptions Writing = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>For what is printed; the same.</summary>
    public static InstallJson ForPeople { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
