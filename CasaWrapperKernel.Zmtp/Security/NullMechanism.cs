using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>No security (ZMTP 23, "The NULL Security Mechanism"): each side says READY.</summary>
internal sealed class NullMechanism(ZmtpSocketType type) : IMechanism
{
    public string Name => "NULL";

    public int Overhead => 0;

    public IEnumerable<byte[]> Begin() =>
        [FrameWriter.Write(FrameFlags.Command, Command.Write("READY"u8, Metadata.Write(type)))];

    public Metadata? Continue(ReadOnlySpan<byte> body, out byte[]? answer)
    {
        answer = null;
        var command = Command.Parse(body);
        return command.Is("READY"u8)
            ? Metadata.Parse(command.Data)
            : throw new ZmtpException("the peer's handshake does not say READY");
    }

    public Frame Unwrap(Frame frame) => frame;

    public IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message) => message.Encoded;
}
