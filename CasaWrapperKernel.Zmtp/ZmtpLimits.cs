namespace CasaWrapperKernel.Zmtp;

/// <summary>What a peer may ask for. Whoever asks for more is disconnected; nobody else notices.</summary>
public sealed record ZmtpLimits
{
    /// <summary>From the accept to the end of the handshake; libzmq gives itself 30 s.</summary>
    public TimeSpan HandshakeTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Connections in all, whatever the socket. Never more than half of the descriptors that the process may open.
    /// </summary>
    public int Connections { get; init; } = 4096;

    /// <summary>Connections whose handshake is not complete; beyond it the oldest gives way to the newest.</summary>
    public int Handshakes { get; init; } = 512;

    /// <summary>Bytes of a command (ZMTP 23, "Commands"), which holds the names and values of all properties.</summary>
    public int CommandBytes { get; init; } = 4096;

    /// <summary>Bytes of one multipart message to a router, all frames together.</summary>
    public long MessageBytes { get; init; } = (1L << 30) + (64 << 20);

    /// <summary>Frames of one multipart message.</summary>
    public int MessageFrames { get; init; } = 16_384;

    /// <summary>Bytes of all messages whose end has not come yet, of all peers together.</summary>
    public long UnfinishedBytes { get; init; } = 2L << 30;

    /// <summary>Bytes of a topic that is subscribed to.</summary>
    public int TopicBytes { get; init; } = 512;

    /// <summary>Topics that one peer may subscribe to, since each message is compared with all of them.</summary>
    public int Topics { get; init; } = 128;

    /// <summary>Bytes of a request to a replier.</summary>
    public int RequestBytes { get; init; } = 1 << 20;
}
