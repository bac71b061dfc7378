using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// What connections of one kind have in common: how their messages are routed. Belongs to the loop's thread.
/// </summary>
public abstract class ZmtpSocket
{
    private readonly HashSet<Connection> _connections = [];

    private protected ZmtpSocket(ZmtpSocketType type, BacklogPolicy policy) => (Type, Policy) = (type, policy);

    /// <summary>What it says of itself in the handshake.</summary>
    public ZmtpSocketType Type { get; }

    /// <summary>The peers whose handshake is complete.</summary>
    public IReadOnlyCollection<IZmtpPeer> Peers => _connections;

    internal BacklogPolicy Policy { get; }

    private protected IReadOnlyCollection<Connection> Connections => _connections;

    internal virtual void Opened(Connection connection) => _connections.Add(connection);

    internal virtual void Closed(Connection connection) => _connections.Remove(connection);

    internal virtual void Received(Connection connection, List<byte[]> frames)
    {
    }

    internal virtual void Subscribed(Connection connection, byte[] topic)
    {
    }
}
