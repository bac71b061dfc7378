using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>Keeps what a session tells, as text, and what it sends, as bytes.</summary>
internal sealed class RecordingOwner : ISessionOwner
{
    public List<string> Told { get; } = [];

    public List<byte> Written { get; } = [];

    public List<List<byte[]>> Messages { get; } = [];

    public void Write(ReadOnlyMemory<byte> bytes) => Written.AddRange(bytes.Span);

    public void Opened(Metadata peer) => Told.Add($"opened {Hex(peer.SocketType)} {Hex(peer.Identity)}");

    public void Received(List<byte[]> frames)
    {
        Messages.Add(frames);
        Told.Add($"received {string.Join(' ', frames.Select(Hex))}");
    }

    public void Subscribed(byte[] topic) => Told.Add($"subscribed {Hex(topic)}");

    public void Unsubscribed(byte[] topic) => Told.Add($"unsubscribed {Hex(topic)}");

    public void Pinged(ZmtpMessage answer) => Told.Add($"pinged {Hex(answer.Frames[0])}");

    private static string Hex(byte[] bytes) => bytes.Length > 64 ? $"{bytes.Length} bytes" : Convert.ToHexString(bytes);
}
