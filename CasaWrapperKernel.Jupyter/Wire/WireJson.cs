using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// The one place where types and JSON are tied together; source generated, so nothing is reflected at run time.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Header))]
[JsonSerializable(typeof(ExecuteRequest))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(ErrorContent))]
[JsonSerializable(typeof(ErrorReply))]
[JsonSerializable(typeof(AbortedReply))]
[JsonSerializable(typeof(Shutdown))]
[JsonSerializable(typeof(OkReply))]
[JsonSerializable(typeof(CreateSubshellReply))]
[JsonSerializable(typeof(ListSubshellReply))]
[JsonSerializable(typeof(DeleteSubshellRequest))]
[JsonSerializable(typeof(UsageReply))]
[JsonSerializable(typeof(ExecuteReplyMetadata))]
[JsonSerializable(typeof(IopubWelcome))]
[JsonSerializable(typeof(InputRequest))]
[JsonSerializable(typeof(InputReply))]
[JsonSerializable(typeof(Display))]
[JsonSerializable(typeof(KernelInfoReply))]
[JsonSerializable(typeof(ClearOutput))]
[JsonSerializable(typeof(WidgetComm))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>An empty JSON object.</summary>
    public static readonly JsonElement Object = JsonDocument.Parse("{}").RootElement;

    /// <summary>
    /// Text stays text: no <c>\u</c> escapes for what JSON allows as it is, which halves large outputs.
    /// </summary>
    public static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
