using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>Writes the content of a <c>stream</c> message.</summary>
internal static class StreamText
{
    /// <summary>Bytes that a character may have.</summary>
    public const int LongestCharacter = 4;

    /// <param name="name"><c>stdout</c> or <c>stderr</c>.</param>
    /// <param name="text">Bytes as the program wrote them; what is no UTF-8 becomes U+FFFD.</param>
    public static byte[] Write(string name, ReadOnlySpan<byte> text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + (text.Length / 8) + 64);
        using (var json = new Utf8JsonWriter(buffer, WireJson.Writing))
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            if (Utf8.IsValid(text))
            {
                json.WriteString("text", text);
            }
            else
            {
                json.WriteString("text", Encoding.UTF8.GetString(text));
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>
    /// How much of a text is to be sent together if it may be about <paramref name="most"/> bytes: whole lines if there
    /// are any, whole characters in any case.
    /// </summary>
    /// <param name="most">At least <see cref="LongestCharacter"/>.</param>
    public static int PieceLength(ReadOnlySpan<byte> text, int most)
    {
        if (text.Length <= most)
        {
            return text.Length;
        }

        var lines = text[..most].LastIndexOf((byte)'\n') + 1;
        return lines > 0 ? lines : most - IncompleteTail(text[..most]);
    }

    /// <summary>
    /// How many bytes at the end are the beginning of a character whose rest has not come yet (0 to 3). They are kept
    /// for the next message, since a pipe may be read in the middle of a character.
    /// </summary>
    public static int IncompleteTail(ReadOnlySpan<byte> text)
    {
        for (var back = 1; back <= Math.Min(3, text.Length); back++)
        {
            var b = text[^back];
            if ((b & 0xC0) == 0x80)
            {
                continue;
            }

            var length = b >= 0xF0 ? 4 : b >= 0xE0 ? 3 : b >= 0xC0 ? 2 : 1;
            return length > back ? back : 0;
        }

        return 0;
    }
}
