using System.Buffers.Binary;
using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// A ROUTER socket (RFC 28): a message comes in with the identity of its peer as the first frame, and one that goes out
/// leaves for the peer that its first frame names. A peer that comes back with its identity takes over from its old
/// connection, as clients that reconnect need it.
/// </summary>
public sealed class ZmtpRouter : ZmtpSocket
{
    private readonly Dictionary<byte[], Connection> _byIdentity = new(IdentityComparer.Instance);
    private uint _given;

    /// <param name="policy">What becomes of answers that a peer does not read.</param>
    public ZmtpRouter(BacklogPolicy? policy = null)
        : base(ZmtpSocketType.Router, policy ?? new BacklogPolicy())
    {
    }

    /// <summary>Called with each message: whom it is from, and the frames with the identity first.</summary>
    public Action<IZmtpPeer, List<byte[]>> ReceiveReady { get; set; } = (_, _) => { };

    /// <summary>
    /// Sends the frames behind the first to the peer that the first names; nothing if it is no longer there.
    /// </summary>
    public void Send(IReadOnlyList<byte[]> frames)
    {
        if (_byIdentity.TryGetValue(frames[0], out var connection))
        {
            connection.Send(new ZmtpMessage([.. frames.Skip(1)]));
        }
    }

    internal override void Opened(Connection connection)
    {
        if (connection.Identity.Length == 0)
        {
            connection.Identity = NewIdentity();
        }

        if (_byIdentity.TryGetValue(connection.Identity, out var old))
        {
            old.Close("a newer connection has its identity");
        }

        _byIdentity[connection.Identity] = connection;
        base.Opened(connection);
    }

    internal override void Closed(Connection connection)
    {
        base.Closed(connection);
        if (_byIdentity.TryGetValue(connection.Identity, out var known) && known == connection)
        {
            _byIdentity.Remove(connection.Identity);
        }
    }

    internal override void Received(Connection connection, List<byte[]> frames)
    {
        frames.Insert(0, connection.Identity);
        ReceiveReady(connection, frames);
    }

    private byte[] NewIdentity()
    {
        var identity = new byte[5]; // the leading zero marks it as ours
        BinaryPrimitives.WriteUInt32BigEndian(identity.AsSpan(1), ++_given);
        return identity;
    }

    private sealed class IdentityComparer : IEqualityComparer<byte[]>
    {
        public static readonly IdentityComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj)
        {
            var hash = default(HashCode);
            hash.AddBytes(obj);
            return hash.ToHashCode();
        }
    }
}
