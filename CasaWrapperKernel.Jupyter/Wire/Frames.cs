using System.Text;
using System.Text.Json;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// Turns the frames of a multipart message into a <see cref="Message"/> and back:
/// identities, <c>&lt;IDS|MSG&gt;</c>, signature, header, parent header, metadata, content, buffers.
/// The signature is checked before any JSON is parsed.
/// </summary>
internal sealed class Frames(Signer signer, string session)
{
    private const int JsonFrames = 4;
    private static readonly byte[] Delimiter = "<IDS|MSG>"u8.ToArray();
    private readonly SignatureHistory _history = new();
    private long _count;

    /// <summary>Reads a message; for one thread at a time.</summary>
    /// <exception cref="WireException">The frames are no message, the signature is wrong, or it has come
    /// before.</exception>
    public Message Read(IReadOnlyList<byte[]> frames)
    {
        var delimiter = IndexOfDelimiter(frames);
        var first = delimiter + 2;
        if (frames.Count < first + JsonFrames)
        {
            throw new WireException($"a message of {frames.Count} frames is too short");
        }

        var (header, parent, metadata, content) = (
            frames[first], frames[first + 1], frames[first + 2], frames[first + 3]);
        if (!signer.Verify(frames[delimiter + 1], header, parent, metadata, content))
        {
            throw new WireException("a message has a wrong signature");
        }

        if (signer.IsOn && !_history.Add(frames[delimiter + 1]))
        {
            throw new WireException("a message has come before");
        }

        try
        {
            var parsed = JsonSerializer.Deserialize(header, WireJson.Default.Header);
            return parsed?.MsgType is null // the serializer lets a null through
                ? throw new WireException("the header of a message names no type")
                : new Message([.. frames.Take(delimiter)], parsed, header, metadata, content,
                    [.. frames.Skip(first + JsonFrames)]);
        }
        catch (JsonException e)
        {
            throw new WireException($"the header of a message is not understood: {e.Message}");
        }
    }

    /// <summary>
    /// The frames of a message with a header of its own (new id, this kernel's session, the time now).
    /// </summary>
    public List<byte[]> Write(Outgoing message)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(
            new Header
            {
                // A client drops a message whose signed frames equal an earlier one's, so the id must never repeat.
                MsgId = $"{session}_{Interlocked.Increment(ref _count)}",
                Session = session,
                Username = "kernel",
                Date = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"),
                MsgType = message.Type,
                Version = Protocol.Version,
            },
            WireJson.Default.Header);
        var signature = signer.Sign(header, message.Parent, message.Metadata, message.Content);
        return
        [
            .. message.Identities, Delimiter, Encoding.ASCII.GetBytes(signature),
            header, message.Parent, message.Metadata, message.Content, .. message.Buffers,
        ];
    }

    private static int IndexOfDelimiter(IReadOnlyList<byte[]> frames)
    {
        for (var i = 0; i < frames.Count; i++)
        {
            if (frames[i].AsSpan().SequenceEqual(Delimiter))
            {
                return i;
            }
        }

        throw new WireException("a message has no <IDS|MSG> frame");
    }
}

/// <summary>What a peer sent is not a message of the protocol; the text says why, without the peer's data.</summary>
internal sealed class WireException(string message) : Exception(message);
