using System.Buffers;
using System.Buffers.Binary;

namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>Writes frames: lengths, flags and small bodies into one piece, large bodies as they are.</summary>
internal static class FrameWriter
{
    // Up to here a copy is cheaper than one more call of the system.
    private const int CopiedBytes = 8 << 10;

    public static IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message)
    {
        var frames = message.Frames;
        var pieces = new List<ReadOnlyMemory<byte>>();
        var small = new ArrayBufferWriter<byte>();
        for (var i = 0; i < frames.Count; i++)
        {
            var flags = message.IsCommand ? FrameFlags.Command : i < frames.Count - 1 ? FrameFlags.More
                : FrameFlags.None;
            WriteHeader(small, flags, frames[i].Length);
            if (frames[i].Length <= CopiedBytes)
            {
                small.Write(frames[i]);
                continue;
            }

            pieces.Add(small.WrittenSpan.ToArray());
            small.ResetWrittenCount();
            pieces.Add(frames[i]);
        }

        if (small.WrittenCount > 0)
        {
            pieces.Add(small.WrittenMemory);
        }

        return pieces;
    }

    /// <summary>One frame as a piece of its own.</summary>
    public static byte[] Write(FrameFlags flags, ReadOnlySpan<byte> body)
    {
        var frame = new ArrayBufferWriter<byte>(body.Length + 9);
        WriteHeader(frame, flags, body.Length);
        frame.Write(body);
        return frame.WrittenSpan.ToArray();
    }

    public static void WriteHeader(IBufferWriter<byte> to, FrameFlags flags, int length)
    {
        if (length <= byte.MaxValue)
        {
            to.Write([(byte)flags, (byte)length]);
            return;
        }

        var header = to.GetSpan(9);
        header[0] = (byte)(flags | FrameFlags.Long);
        BinaryPrimitives.WriteInt64BigEndian(header[1..], length);
        to.Advance(9);
    }
}
