namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>Whom a session tells what has come.</summary>
internal interface ISessionOwner
{
    /// <summary>Bytes of the handshake, to be sent at once.</summary>
    void Write(ReadOnlyMemory<byte> bytes);

    /// <summary>The handshake is complete.</summary>
    void Opened(Metadata peer);

    /// <summary>A whole message of user data.</summary>
    void Received(List<byte[]> frames);

    void Subscribed(byte[] topic);

    void Unsubscribed(byte[] topic);

    /// <summary>A ping wants this answer.</summary>
    void Pinged(ZmtpMessage answer);
}

/// <summary>
/// One peer's side of ZMTP 3.1, from greeting to messages. It knows no socket: bytes come in, <see
/// cref="ISessionOwner"/>
/// hears what they mean, and the first violation ends it with an exception.
/// </summary>
internal sealed class Session(ISessionOwner owner, ZmtpSocketType type, IMechanism mechanism, ZmtpLimits limits)
{
    // RFC 37, "Connection Heartbeating": two bytes of time to live, then up to 16 to be sent back.
    private const int TimeToLive = 2;
    private const int MostPingContext = 16;

    private readonly FrameReader _reader = new() { MostCommandBytes = limits.CommandBytes };
    private readonly byte[] _greeting = new byte[Greeting.Length];
    private readonly MessageParts _parts = new(limits);
    private int _greetingRead;

    /// <summary>Whether the handshake is complete.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Bytes kept of a message whose end has not come.</summary>
    public long Unfinished => _reader.Unfinished + _parts.Bytes;

    /// <summary>See <see cref="FrameReader.Target"/>.</summary>
    public Span<byte> Target => _reader.Target;

    /// <summary>Begins with our greeting.</summary>
    public void Start() => owner.Write(Greeting.Write(mechanism.Name, asServer: mechanism.Name != "NULL"));

    /// <exception cref="ZmtpException">The peer has broken the protocol or a limit.</exception>
    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (_greetingRead < Greeting.Length)
        {
            ReadGreeting(ref bytes);
        }

        while (_greetingRead == Greeting.Length && _reader.TryRead(ref bytes, out var frame))
        {
            Take(frame);
        }
    }

    /// <summary>Says that <paramref name="count"/> bytes were read into <see cref="Target"/>.</summary>
    public void Advance(int count)
    {
        if (_reader.Advance(count, out var frame))
        {
            Take(frame);
        }
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message) => mechanism.Encode(message);

    private void ReadGreeting(ref ReadOnlySpan<byte> bytes)
    {
        var taken = Math.Min(bytes.Length, Greeting.Length - _greetingRead);
        bytes[..taken].CopyTo(_greeting.AsSpan(_greetingRead));
        bytes = bytes[taken..];
        _greetingRead += taken;
        Greeting.Check(_greeting.AsSpan(0, _greetingRead), mechanism.Name);
        if (_greetingRead < Greeting.Length)
        {
            return;
        }

        foreach (var command in mechanism.Begin())
        {
            owner.Write(command);
        }
    }

    private void Take(Frame frame)
    {
        if (!IsOpen)
        {
            TakeHandshake(frame);
            return;
        }

        frame = mechanism.Unwrap(frame);
        if (frame.IsCommand)
        {
            TakeCommand(frame.Body);
        }
        else if (type == ZmtpSocketType.XPub)
        {
            TakeSubscription(frame);
        }
        else if (_parts.Add(frame) is { } message)
        {
            owner.Received(message);
        }

        LimitNextFrame();
    }

    private void TakeHandshake(Frame frame)
    {
        if (!frame.IsCommand)
        {
            throw new ZmtpException("user data came before the end of the handshake");
        }

        var peer = mechanism.Continue(frame.Body, out var answer);
        if (answer is not null)
        {
            owner.Write(answer);
        }

        if (peer is null)
        {
            return;
        }

        if (!type.SpeaksWith(peer.SocketType))
        {
            throw new ZmtpException($"a socket of the peer's type cannot speak with a {type} socket");
        }

        IsOpen = true;
        LimitNextFrame();
        owner.Opened(peer);
    }

    private void TakeCommand(ReadOnlySpan<byte> body)
    {
        var command = Command.Parse(body);
        if (command.Is("ERROR"u8))
        {
            throw new ZmtpException("the peer has reported an error");
        }

        if (command.Is("PING"u8))
        {
            if (command.Data.Length is < TimeToLive or > TimeToLive + MostPingContext)
            {
                throw new ZmtpException("a ping has a wrong length");
            }

            owner.Pinged(new ZmtpMessage([Command.Write("PONG"u8, command.Data[TimeToLive..])]) { IsCommand = true });
        }
        else if (type == ZmtpSocketType.XPub && command.Is("SUBSCRIBE"u8))
        {
            Subscribe(command.Data, on: true);
        }
        else if (type == ZmtpSocketType.XPub && command.Is("CANCEL"u8))
        {
            Subscribe(command.Data, on: false);
        }
    }

    // Before ZMTP 3.1 a subscription is a message that begins with 1, its end one that begins with 0.
    private void TakeSubscription(Frame frame)
    {
        if (frame.HasMore || frame.Body is not [0 or 1, ..])
        {
            throw new ZmtpException("a subscriber has sent something else than a subscription");
        }

        Subscribe(frame.Body.AsSpan(1), frame.Body[0] == 1);
    }

    private void Subscribe(ReadOnlySpan<byte> topic, bool on)
    {
        if (topic.Length > limits.TopicBytes)
        {
            throw new ZmtpException($"a topic is longer than {limits.TopicBytes} bytes");
        }

        if (on)
        {
            owner.Subscribed(topic.ToArray());
        }
        else
        {
            owner.Unsubscribed(topic.ToArray());
        }
    }

    private void LimitNextFrame() => _reader.MostBytes = mechanism.Overhead + type switch
    {
        ZmtpSocketType.Router => limits.MessageBytes - _parts.Bytes,
        ZmtpSocketType.XPub => limits.TopicBytes + "\u0009SUBSCRIBE".Length,
        _ => limits.RequestBytes - _parts.Bytes,
    };
}
