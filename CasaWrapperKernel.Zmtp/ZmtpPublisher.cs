using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// An XPUB socket (RFC 29): each message goes to all peers that have subscribed to a beginning of its first frame. Who
/// subscribes is made known, so that the owner can greet the peer.
/// </summary>
public sealed class ZmtpPublisher : ZmtpSocket
{
    /// <param name="policy">What becomes of messages that a subscriber does not read.</param>
    public ZmtpPublisher(BacklogPolicy? policy = null)
        : base(ZmtpSocketType.XPub, policy ?? new BacklogPolicy())
    {
    }

    /// <summary>Called when a peer has subscribed to a topic; what is sent to it from here on reaches it.</summary>
    public Action<IZmtpPeer, byte[]> PeerSubscribed { get; set; } = (_, _) => { };

    /// <summary>Whether more than <paramref name="bytes"/> wait for a subscriber that does read, if slowly.</summary>
    public bool IsReaderBehind(long bytes)
    {
        var isBehind = false;
        foreach (var connection in Connections)
        {
            // each is asked, since each measures from one time to the next
            isBehind |= connection.Reading.IsBehind(bytes);
        }

        return isBehind;
    }

    /// <summary>Sends a message whose first frame is the topic.</summary>
    public void Send(ZmtpMessage message)
    {
        // A peer that is too far behind leaves the set.
        foreach (var connection in Connections.ToArray())
        {
            if (connection.Topics.Match(message.Frames[0]))
            {
                connection.Send(message);
            }
        }
    }

    internal override void Subscribed(Connection connection, byte[] topic) => PeerSubscribed(connection, topic);
}
