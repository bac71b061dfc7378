using System.Buffers;
using System.Buffers.Binary;
using CasaWrapperKernel.Zmtp.Protocol;
using NaCl;

namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>
/// What follows the CURVE handshake: every frame in a box of its own, numbered, so that none comes twice.
/// </summary>
internal sealed class CurveTraffic(XSalsa20Poly1305 box, ReadOnlySpan<byte> clientNumber)
{
    public const int Overhead = PrefixLength + Tag + 1;
    private const int Tag = 16;
    private const int PrefixLength = 8 + CurveNonce.ShortLength;
    private static ReadOnlySpan<byte> Name => "\u0007MESSAGE"u8;

    private ulong _received = BinaryPrimitives.ReadUInt64BigEndian(clientNumber);
    private ulong _sent;

    /// <summary>The data of the READY command.</summary>
    public byte[] Ready(ReadOnlySpan<byte> metadata)
    {
        var nonce = CurveNonce.Of("CurveZMQREADY---"u8, ++_sent);
        var ready = new byte[CurveNonce.ShortLength + Tag + metadata.Length];
        nonce.AsSpan(^CurveNonce.ShortLength..).CopyTo(ready);
        box.Encrypt(ready.AsSpan(CurveNonce.ShortLength), metadata, nonce);
        return ready;
    }

    public Frame Unwrap(Frame frame)
    {
        ReadOnlySpan<byte> body = frame.Body;
        if (body.Length < Overhead || !body.StartsWith(Name))
        {
            throw new ZmtpException("a frame of a CURVE connection is not encrypted");
        }

        var number = body[Name.Length..PrefixLength];
        var counted = BinaryPrimitives.ReadUInt64BigEndian(number);
        var plain = GC.AllocateUninitializedArray<byte>(body.Length - PrefixLength - Tag);
        if (counted <= _received
            || !box.TryDecrypt(plain, body[PrefixLength..], CurveNonce.Of("CurveZMQMESSAGEC"u8, number)))
        {
            throw new ZmtpException("an encrypted frame is not the peer's next");
        }

        _received = counted;
        return new Frame(FromInner(plain[0]), plain[1..]);
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message)
    {
        var pieces = new List<ReadOnlyMemory<byte>>();
        for (var i = 0; i < message.Frames.Count; i++)
        {
            var flags = message.IsCommand ? FrameFlags.Command : i < message.Frames.Count - 1 ? FrameFlags.More
                : FrameFlags.None;
            pieces.Add(Wrap(flags, message.Frames[i]));
        }

        return pieces;
    }

    private byte[] Wrap(FrameFlags flags, byte[] body)
    {
        var nonce = CurveNonce.Of("CurveZMQMESSAGES"u8, ++_sent);
        byte[] plain = [ToInner(flags), .. body];
        var frame = new ArrayBufferWriter<byte>(body.Length + Overhead + 9);
        FrameWriter.WriteHeader(frame, FrameFlags.None, body.Length + Overhead);
        frame.Write(Name);
        frame.Write(nonce.AsSpan(^CurveNonce.ShortLength..));
        box.Encrypt(frame.GetSpan(plain.Length + Tag)[..(plain.Length + Tag)], (ReadOnlySpan<byte>)plain, nonce);
        frame.Advance(plain.Length + Tag);
        return frame.WrittenSpan.ToArray();
    }

    // In the box bit 1 means command (RFC 26), on the wire it means long.
    private static byte ToInner(FrameFlags flags) => flags == FrameFlags.Command ? (byte)2 : (byte)flags;

    private static FrameFlags FromInner(byte flags) => flags switch
    {
        0 => FrameFlags.None,
        1 => FrameFlags.More,
        2 => FrameFlags.Command,
        _ => throw new ZmtpException("an encrypted frame has reserved bits set"),
    };
}
