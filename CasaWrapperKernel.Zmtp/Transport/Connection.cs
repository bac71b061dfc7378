using System.Net.Sockets;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>
/// One accepted connection: bytes between its socket and its session, and the queue of what is to be sent.
/// </summary>
internal sealed class Connection : IWatched, ISessionOwner, IZmtpPeer
{
    private readonly Connections _all;
    private readonly ZmtpSocket _owner;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly ulong _watch;
    private readonly Session _session;
    private readonly SendQueue _queue;
    private bool _isClosed;
    private bool _isQueued;
    private bool _waitsToWrite;

    public Connection(Connections all, ZmtpSocket owner, IMechanism mechanism, Socket socket)
    {
        (_all, _owner, _socket) = (all, owner, socket);
        _session = new Session(this, owner.Type, mechanism, all.Limits);
        _queue = new SendQueue(owner.Policy.ForPeer(), _session.Encode);
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
        _watch = all.Loop.Watch(_descriptor, this);
        Topics = new Topics(all.Limits.Topics);
        Reading = new ReadingSpeed(this);
        all.Add(this);
        _session.Start();
    }

    /// <summary>When it was accepted, by <see cref="Environment.TickCount64"/>.</summary>
    public long Since { get; } = Environment.TickCount64;

    public byte[] Identity { get; set; } = [];

    public Topics Topics { get; }

    public ReadingSpeed Reading { get; }

    public bool IsTrusted { get; set; }

    public bool IsOpen => _session.IsOpen;

    /// <summary>Bytes of a message whose end has not come.</summary>
    public long Unfinished => _session.Unfinished;

    /// <summary>How many of them are counted for all connections together.</summary>
    public long Counted { get; set; }

    public long Backlog => _queue.Bytes;

    /// <summary>Bytes that were sent to it.</summary>
    public long Sent { get; private set; }

    public void Ready(bool readable, bool writable)
    {
        if (writable)
        {
            Flush();
        }

        if (readable && !_isClosed)
        {
            Read();
        }
    }

    public void Fail(Exception reason)
    {
        if (reason is not (ZmtpException or IOException or SocketException))
        {
            _all.Events.Faulted(reason);
        }

        Close(reason.Message, isViolation: reason is ZmtpException);
    }

    public void Send(ZmtpMessage message)
    {
        if (_isClosed)
        {
            return;
        }

        if (!_queue.Add(message))
        {
            Close($"it does not read: {_queue.Bytes >> 20} MB wait for it", isViolation: true);
            return;
        }

        FlushSoon();
    }

    /// <summary>Sends what the socket takes; then waits until it takes more.</summary>
    public void Flush()
    {
        _isQueued = false;
        if (_isClosed)
        {
            return;
        }

        try
        {
            Sent += _queue.Send(_descriptor, _all.Together);
        }
        catch (Exception e)
        {
            Fail(e); // the others are still to be served
            return;
        }

        if (_waitsToWrite == _queue.IsEmpty)
        {
            _waitsToWrite = !_queue.IsEmpty;
            _all.Loop.Change(_descriptor, _watch, read: true, write: _waitsToWrite);
        }
    }

    public void Close(string reason, bool isViolation = false)
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _all.Loop.Unwatch(_descriptor, _watch);
        _all.Remove(this);
        if (IsOpen)
        {
            _owner.Closed(this);
        }

        if (isViolation)
        {
            _all.Events.Refused($"{_owner.Type}: {reason}");
        }

        ListeningSocket.End(_socket);
    }

    void ISessionOwner.Write(ReadOnlyMemory<byte> bytes)
    {
        _queue.Add(bytes);
        FlushSoon();
    }

    void ISessionOwner.Opened(Metadata peer)
    {
        Identity = peer.Identity;
        _all.Opened(this);
        _owner.Opened(this);
    }

    void ISessionOwner.Received(List<byte[]> frames) => _owner.Received(this, frames);

    void ISessionOwner.Subscribed(byte[] topic)
    {
        Topics.Add(topic);
        _owner.Subscribed(this, topic);
    }

    void ISessionOwner.Unsubscribed(byte[] topic) => Topics.Remove(topic);

    // Who pings and does not read gets no more answers: they would only pile up.
    void ISessionOwner.Pinged(ZmtpMessage answer)
    {
        if (_queue.IsEmpty)
        {
            Send(answer);
        }
    }

    private void Read()
    {
        var target = _session.Target;
        var received = Native.Receive(_descriptor, target.IsEmpty ? _all.Buffer : target);
        if (received == 0)
        {
            Close("the peer has ended");
            return;
        }

        if (received is not { } count)
        {
            return;
        }

        if (target.IsEmpty)
        {
            _session.Receive(_all.Buffer.AsSpan(0, count));
        }
        else
        {
            _session.Advance(count);
        }

        if (!_isClosed)
        {
            _all.CountUnfinished(this);
        }
    }

    private void FlushSoon()
    {
        if (!_isQueued && !_waitsToWrite)
        {
            _isQueued = true;
            _all.FlushSoon(this);
        }
    }
}
