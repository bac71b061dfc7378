using System.Text.Json.Serialization;

namespace CasaWrapperKernel.PythonEnvironments;

/// <summary>The JSON in which a Python says what it is.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PythonEnvironment))]
internal sealed partial class PythonEnvironmentJson : JsonSerializerContext;
