using System.Text;
using System.Text.Unicode;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Zmtp;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Owns the five sockets and the one thread that touches them. It never waits for anybody: messages that come in are
/// handed on, messages that go out are taken from the <see cref="Outbox"/>.
/// </summary>
internal sealed partial class KernelIo : ISocketsOwner, IDisposable
{
    // A print should be seen at once, a thousand prints as one message: text waits at most this long for company.
    private static readonly TimeSpan StreamInterval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan HeldUpInterval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SendAtExit = TimeSpan.FromSeconds(1);

    private readonly Frames _frames;
    private readonly Outbox _outbox;
    private readonly SendSignal _signal;
    private readonly ILogger _log;
    private readonly FewLines _dropped = new();
    private readonly ServerLimits _limits = new();
    private readonly Queue<(Channel Channel, Outgoing Message)> _unsent = [];
    private MissedText? _missed;
    private IKernelSockets? _sockets;
    private Thread? _thread;
    private Action<Channel, Message>? _received;
    private long _lastSent;

    /// <param name="signal">Is raised when something was added to the outbox.</param>
    public KernelIo(Frames frames, Outbox outbox, SendSignal signal, ILogger<KernelIo> log) =>
        (_frames, _outbox, _signal, _log) = (frames, outbox, signal, log);

    /// <summary>Whether other users of this machine may connect (they still need the key to be heard).</summary>
    public bool AnyUser { get; init; }

    /// <summary>
    /// The beginning of the names of files in which text is kept that a subscriber has not read; null for none.
    /// </summary>
    public string? MissedStem { get; init; }

    /// <summary>Is told of bytes that came or went.</summary>
    public Action<long> Moved { get; init; } = _ => { };

    /// <summary>Binds the sockets and starts the thread.</summary>
    /// <param name="received">What to do with a message that came in; called on the io thread, so it must not
    /// block.</param>
    /// <returns>The connection with the ports that were bound, where the file left the choice to the kernel.</returns>
    /// <exception cref="UserException">An address cannot be bound.</exception>
    public ConnectionInfo Start(ConnectionInfo connection, Action<Channel, Message> received)
    {
        _received = received;
        _missed = new MissedText(MissedStem);
        _sockets = TransportChoice.New(connection, AnyUser, this, _frames.Write, _missed, new ZmtpEvents
        {
            Refused = Drop,
            UserUnknown = reason => LogUserUnknown(_log, reason),
            Faulted = e => LogFault(_log, e),
        });
        var bound = _sockets.Bind(connection);
        _thread = new Thread(Run) { Name = "kernel-io", IsBackground = true };
        _thread.Start();
        _signal.Attach(_sockets.Wake);
        return bound;
    }

    /// <summary>Sends what is left and closes the sockets. May be called twice, and from any thread.</summary>
    public void Dispose()
    {
        _sockets?.Stop(SendAtExit);
        _thread?.Join(SendAtExit * 2);
        _missed?.Finish(SendAtExit);
    }

    private void Run()
    {
        using (_sockets)
        {
            _sockets!.Run();
        }
    }

    bool ISocketsOwner.Received(Channel channel, List<byte[]> frames)
    {
        try
        {
            Moved(frames.Sum(frame => frame.LongLength));
            _received!(channel, _frames.Read(frames));
            return true;
        }
        catch (WireException e)
        {
            Drop(e.Message);
        }
        catch (Exception e)
        {
            LogFault(_log, e);
        }

        return false;
    }

    // JEP 65: whoever subscribes is told so, and then knows that nothing more is missed.
    IReadOnlyList<byte[]>? ISocketsOwner.Welcome(byte[] topic) => !Utf8.IsValid(topic) ? null
        : _frames.Write(new Outgoing("iopub_welcome", Outgoing.EmptyObject,
            Json.Write(new IopubWelcome(Encoding.UTF8.GetString(topic)), WireJson.Default.IopubWelcome))
        {
            Identities = [topic],
        });

    void ISocketsOwner.Woken()
    {
        var waited = Environment.TickCount64 - _lastSent >= StreamInterval.TotalMilliseconds;
        if (_signal.IsUrgent || (waited && !_outbox.IsInLine))
        {
            Send();
        }
        else
        {
            _sockets!.StartTimer(StreamInterval);
        }
    }

    void ISocketsOwner.TimerElapsed() => Send();

    void ISocketsOwner.Ending()
    {
        while (Send())
        {
        }
    }

    /// <returns>Whether a line that is being written was left for the next time.</returns>
    private bool Send()
    {
        var sockets = _sockets!;
        sockets.StopTimer();
        _lastSent = Environment.TickCount64;
        _signal.Reset();
        var begunLine = false;
        try
        {
            foreach (var message in _outbox.Take(out begunLine))
            {
                _unsent.Enqueue(message);
            }

            while (_unsent.TryPeek(out var next))
            {
                Send(next.Channel, next.Message);
                _unsent.Dequeue();
            }
        }
        catch (OutOfMemoryException e)
        {
            LogFault(_log, e);
            sockets.StartTimer(StreamInterval); // there may be memory again
        }

        _outbox.IsHeldUp = sockets.IsReaderBehind;
        if (_outbox.IsHeldUp || begunLine)
        {
            sockets.StartTimer(_outbox.IsHeldUp ? HeldUpInterval : StreamInterval);
        }

        return begunLine;
    }

    private void Send(Channel channel, Outgoing message)
    {
        foreach (var before in channel == Channel.Iopub ? _limits.Before(message) : [])
        {
            _sockets!.Send(channel, _frames.Write(before), before);
        }

        Moved(message.Bytes);
        try
        {
            _sockets!.Send(channel, _frames.Write(message), message);
        }
        catch (OutOfMemoryException e) when (message.Bytes > LeftOut.LeastBytes)
        {
            LogFault(_log, e);
            Send(channel, LeftOut.InsteadOf(message));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            LogFault(_log, e); // the others are still to be sent
        }
    }

    // Strangers may send what they like, and must not fill the log with it.
    private void Drop(string reason)
    {
        if (_dropped.MayWrite(out var left))
        {
            LogDropped(_log, left == 0 ? reason : $"{reason} ({left} more were not logged)");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dropped: {Reason}.")]
    private static partial void LogDropped(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Whether a client belongs to this user cannot be known ({Reason}); "
        + "what it sends counts only with a right signature, but it can read what the kernel publishes.")]
    private static partial void LogUserUnknown(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The io thread caught a fault and goes on.")]
    private static partial void LogFault(ILogger logger, Exception e);
}
