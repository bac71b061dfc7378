using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// A REP socket (RFC 28): each request is answered at once. The envelope before the empty frame goes back as it came.
/// </summary>
public sealed class ZmtpReplier : ZmtpSocket
{
    // A peer that asks and never reads is soon gone.
    private const int MostUnreadBytes = 1 << 20;

    private readonly Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>> _answer;

    /// <param name="answer">Makes of the frames of a request those of its answer; called on the loop's thread.</param>
    public ZmtpReplier(Func<IReadOnlyList<byte[]>, IReadOnlyList<byte[]>> answer)
        : base(ZmtpSocketType.Rep, new BacklogPolicy { MostBytes = MostUnreadBytes }) => _answer = answer;

    internal override void Received(Connection connection, List<byte[]> frames)
    {
        var envelope = frames.FindIndex(frame => frame.Length == 0) + 1;
        if (envelope == 0 || envelope == frames.Count)
        {
            throw new ZmtpException("a request has no empty frame, or nothing behind it");
        }

        connection.Send(new ZmtpMessage([.. frames.Take(envelope), .. _answer([.. frames.Skip(envelope)])]));
    }
}
