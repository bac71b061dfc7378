using System.Text;
using System.Text.Unicode;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Zmtp;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Owns the five sockets and the one thread that touches them. It never waits for anybody: messages that come in are
/// handed to <see cref="Received"/>, messages that go out are taken from the <see cref="Outbox"/>.
/// </summary>
internal sealed partial class KernelIo : IDisposable
{
    // A print should be seen at once, a thousand prints as one message: text waits at most this long for company.
    private static readonly TimeSpan StreamInterval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan HeldUpInterval = TimeSpan.FromMilliseconds(5);
    private const int LazyWake = 1;
    private const int UrgentWake = 2;
    private static readonly TimeSpan SendAtExit = TimeSpan.FromSeconds(1);

    private readonly Frames _frames;
    private readonly Outbox _outbox;
    private readonly ILogger _log;
    private readonly FewLines _dropped = new();
    private IKernelSockets? _sockets;
    private Thread? _thread;
    private int _wakeRequested;
    private long _lastSent;

    public KernelIo(Frames frames, Outbox outbox, ILogger<KernelIo> log)
    {
        (_frames, _outbox, _log) = (frames, outbox, log);
        outbox.Added = urgent => Wake(urgent ? UrgentWake : LazyWake);
    }

    /// <summary>What to do with a message that came in; called on the io thread, so it must not block.</summary>
    public Action<Channel, Message> Received { get; set; } = (_, _) => { };

    /// <summary>Whether other users of this machine may connect (they still need the key to be heard).</summary>
    public bool AnyUser { get; init; }

    /// <summary>Binds the sockets and starts the thread.</summary>
    /// <returns>The connection with the ports that were bound, where the file left the choice to the kernel.</returns>
    /// <exception cref="UserException">An address cannot be bound.</exception>
    public ConnectionInfo Start(ConnectionInfo connection)
    {
        var sockets = TransportChoice.New(connection, AnyUser, _frames.Write, new ZmtpEvents
        {
            Refused = Drop,
            UserUnknown = reason => LogUserUnknown(_log, reason),
            Faulted = e => LogFault(_log, e),
        });
        sockets.Received = Read;
        sockets.Welcome = Welcome;
        sockets.Woken = OnWake;
        sockets.TimerElapsed = () => Send();
        sockets.Ending = SendAll;
        var bound = sockets.Bind(connection);
        _sockets = sockets;
        _thread = new Thread(Run) { Name = "kernel-io", IsBackground = true };
        _thread.Start();
        sockets.Wake(); // for what was posted before there were sockets
        return bound;
    }

    /// <summary>Sends what is left and closes the sockets. May be called twice, and from any thread.</summary>
    public void Dispose()
    {
        _sockets?.Stop(SendAtExit);
        _thread?.Join(SendAtExit * 2);
    }

    private void Run()
    {
        using (_sockets)
        {
            _sockets!.Run();
        }
    }

    private bool Read(Channel channel, List<byte[]> frames)
    {
        try
        {
            Received(channel, _frames.Read(frames));
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
    private List<byte[]>? Welcome(byte[] topic) => !Utf8.IsValid(topic) ? null
        : _frames.Write(new Outgoing("iopub_welcome", Outgoing.EmptyObject,
            Json.Write(new IopubWelcome(Encoding.UTF8.GetString(topic)), WireJson.Default.IopubWelcome)) { Identities = [topic] });

    // Any thread. Until the next Send one wake-up of a kind is enough, however much is added meanwhile.
    private void Wake(int kind)
    {
        var asked = Volatile.Read(ref _wakeRequested);
        while (asked < kind)
        {
            var before = Interlocked.CompareExchange(ref _wakeRequested, kind, asked);
            if (before == asked)
            {
                _sockets?.Wake();
                return;
            }

            asked = before;
        }
    }

    private void OnWake()
    {
        var waited = Environment.TickCount64 - _lastSent >= StreamInterval.TotalMilliseconds;
        if (Volatile.Read(ref _wakeRequested) == UrgentWake || (waited && !_outbox.IsInLine))
        {
            Send();
        }
        else
        {
            _sockets!.StartTimer(StreamInterval);
        }
    }

    private void SendAll()
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
        Volatile.Write(ref _wakeRequested, 0);
        var messages = _outbox.Take(out var begunLine);
        foreach (var (channel, message) in messages)
        {
            sockets.Send(channel, _frames.Write(message), message);
        }

        _outbox.IsHeldUp = sockets.IsReaderBehind;
        if (_outbox.IsHeldUp || begunLine)
        {
            sockets.StartTimer(_outbox.IsHeldUp ? HeldUpInterval : StreamInterval);
        }

        return begunLine;
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
