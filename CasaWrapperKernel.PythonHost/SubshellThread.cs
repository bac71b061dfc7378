using System.Text.Json.Serialization;

namespace CasaWrapperKernel.PythonHost;

/// <summary>What Python must know to start a thread for a subshell: its id, and the descriptor of its lane.</summary>
internal sealed record SubshellThread(string SubshellId, int Descriptor);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SubshellThread))]
internal sealed partial class SubshellJson : JsonSerializerContext;
