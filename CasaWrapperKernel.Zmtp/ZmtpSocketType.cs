namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// The listening sockets that exist here, and whom they speak with (ZMTP 23, "The Socket Type Property").
/// </summary>
public enum ZmtpSocketType
{
    /// <summary>Requests and answers by the peer's identity.</summary>
    Router,

    /// <summary>Messages to all who have subscribed to their topic.</summary>
    XPub,

    /// <summary>An answer to each request.</summary>
    Rep,
}

internal static class ZmtpSocketTypes
{
    public static ReadOnlySpan<byte> Name(this ZmtpSocketType type) => type switch
    {
        ZmtpSocketType.Router => "ROUTER"u8,
        ZmtpSocketType.XPub => "XPUB"u8,
        _ => "REP"u8,
    };

    public static bool SpeaksWith(this ZmtpSocketType type, ReadOnlySpan<byte> peer) => type switch
    {
        ZmtpSocketType.Router =>
            peer.SequenceEqual("DEALER"u8) || peer.SequenceEqual("REQ"u8) || peer.SequenceEqual("ROUTER"u8),
        ZmtpSocketType.XPub => peer.SequenceEqual("SUB"u8) || peer.SequenceEqual("XSUB"u8),
        _ => peer.SequenceEqual("REQ"u8) || peer.SequenceEqual("DEALER"u8),
    };
}
