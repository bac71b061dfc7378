using System.Globalization;
using System.Text;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>The sentence that is sent in the place of a message for which there is no memory.</summary>
internal static class LeftOut
{
    /// <summary>Of a message in whose place a sentence takes less memory.</summary>
    public const int LeastBytes = 64 << 10;

    private const string ErrorName = "MemoryError";

    /// <summary>Says on a stream, or in the reply, what is missing.</summary>
    public static Outgoing InsteadOf(Outgoing message)
    {
        var sentence = string.Create(CultureInfo.InvariantCulture,
            $"casa-kernel: {message.Bytes / 1e6:F1} MB ({message.Type}) are missing here, since the kernel had no memory to send them.");
        return message.Type.EndsWith("_reply", StringComparison.Ordinal)
            ? message with
            {
                Content = Json.Write(new ErrorReply(ErrorName, sentence, [sentence]), WireJson.Default.ErrorReply),
                Buffers = [],
            }
            : new Outgoing("stream", message.Parent,
                StreamText.Write("stderr", Encoding.UTF8.GetBytes($"\n[{sentence}]\n")))
            {
                Identities = [Topic.Of("stream")],
            };
    }
}
