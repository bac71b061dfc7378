namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>All connections of a server, and the limits that they have together.</summary>
internal sealed class Connections
{
    private const int BufferBytes = 64 << 10;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly HashSet<Connection> _all = [];
    private readonly LinkedList<Connection> _handshakes = new(); // the oldest first
    private readonly ZmtpTimer _handshakeTimer;
    private List<Connection> _toFlush = [];
    private List<Connection> _flushing = [];
    private long _unfinished;

    public Connections(EventLoop loop, ZmtpLimits limits, ZmtpEvents events)
    {
        (Loop, Events) = (loop, events);
        Limits = limits with { Connections = (int)Math.Min(limits.Connections, Native.MostDescriptors() / 2) };
        _handshakeTimer = loop.Timer(EndSlowHandshakes);
        loop.Settled = Flush;
    }

    public EventLoop Loop { get; }

    public ZmtpLimits Limits { get; }

    public ZmtpEvents Events { get; }

    /// <summary>Where bytes are received, one connection after the other.</summary>
    public byte[] Buffer { get; } = new byte[BufferBytes];

    /// <summary>Where small pieces are put together before they are sent.</summary>
    public byte[] Together { get; } = new byte[BufferBytes];

    /// <summary>Whether all that was to be sent is.</summary>
    public bool AreSent => _all.All(connection => connection.Backlog == 0);

    /// <returns>False if there are too many.</returns>
    public bool HasRoom() => _all.Count < Limits.Connections;

    public void Add(Connection connection)
    {
        _all.Add(connection);
        _handshakes.AddLast(connection);
        _handshakeTimer.Start(BetweenLooks);
        if (_handshakes.Count > Limits.Handshakes)
        {
            _handshakes.First!.Value.Close("its handshake has made room for a newer one", isViolation: true);
        }
    }

    public void Opened(Connection connection) => _handshakes.Remove(connection);

    public void Remove(Connection connection)
    {
        _all.Remove(connection);
        _handshakes.Remove(connection);
        _unfinished -= connection.Counted;
        connection.Counted = 0;
    }

    /// <summary>
    /// Counts the bytes of messages that are not complete, and ends somebody when there are too many.
    /// </summary>
    public void CountUnfinished(Connection connection)
    {
        _unfinished += connection.Unfinished - connection.Counted;
        connection.Counted = connection.Unfinished;
        if (_unfinished > Limits.UnfinishedBytes)
        {
            var largest = _all.Where(other => !other.IsTrusted).MaxBy(other => other.Counted);
            var victim = largest is { Counted: > 0 } ? largest : connection;
            victim.Close("the unfinished messages of all peers are too large together", isViolation: true);
        }
    }

    public void FlushSoon(Connection connection) => _toFlush.Add(connection);

    public void Close()
    {
        foreach (var connection in _all.ToList())
        {
            connection.Close("the server ends");
        }
    }

    // Once for all that came together: several small messages to a peer leave with one call of the system.
    private void Flush()
    {
        (_toFlush, _flushing) = (_flushing, _toFlush);
        foreach (var connection in _flushing)
        {
            connection.Flush();
        }

        _flushing.Clear();
    }

    private void EndSlowHandshakes()
    {
        var latest = Environment.TickCount64 - (long)Limits.HandshakeTime.TotalMilliseconds;
        while (_handshakes.First is { Value: { } oldest } && oldest.Since <= latest)
        {
            oldest.Close("its handshake takes too long", isViolation: true);
        }

        if (_handshakes.Count > 0)
        {
            _handshakeTimer.Start(BetweenLooks);
        }
    }
}
