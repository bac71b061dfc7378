using System.Net.Sockets;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.Sockets;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Owns the five sockets and the one thread that touches them. It never waits for anybody: messages that come in are
/// handed on, messages that go out are taken from the <see cref="Outbox"/>.
/// </summary>
internal sealed partial class KernelIo : IDisposable
{
    // A print should be seen at once, a thousand prints as one message: text waits at most this long for company.
    private static readonly TimeSpan StreamInterval = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan SendAtExit = TimeSpan.FromSeconds(1);

    private readonly RouterSocket _shell = new();
    private readonly RouterSocket _control = new();
    private readonly RouterSocket _stdin = new();
    private readonly RouterSocket _heartbeat = new();
    private readonly XPublisherSocket _iopub = new();
    private readonly NetMQTimer _streamTimer = new(StreamInterval) { Enable = false };
    private readonly NetMQPoller _poller = new();
    private readonly Frames _frames;
    private readonly Outbox _outbox;
    private readonly SendSignal _signal;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private readonly Lock _end = new();
    private long _lastSent;
    private bool _ended;

    /// <param name="signal">Is raised when something was added to the outbox.</param>
    public KernelIo(Frames frames, Outbox outbox, SendSignal signal, ILogger<KernelIo> log)
    {
        (_frames, _outbox, _signal, _log) = (frames, outbox, signal, log);
        _thread = new Thread(_poller.Run) { Name = "kernel-io", IsBackground = true };
    }

    /// <summary>Binds the sockets and starts the thread.</summary>
    /// <param name="received">What to do with a message that came in; called on the io thread, so it must not
    /// block.</param>
    /// <returns>The connection with the ports that were bound, where the file left the choice to the kernel.</returns>
    /// <exception cref="UserException">An address cannot be bound.</exception>
    public ConnectionInfo Start(ConnectionInfo connection, Action<Channel, Message> received)
    {
        var bound = connection with
        {
            ShellPort = Bind(_shell, connection.ShellPort),
            ControlPort = Bind(_control, connection.ControlPort),
            StdinPort = Bind(_stdin, connection.StdinPort),
            HbPort = Bind(_heartbeat, connection.HbPort),
            IopubPort = Bind(_iopub, connection.IopubPort),
        };
        Listen(_shell, Channel.Shell, received);
        Listen(_control, Channel.Control, received);
        Listen(_stdin, Channel.Stdin, received);
        _heartbeat.ReceiveReady += (_, _) =>
            Guard(() => _heartbeat.SendMultipartBytes(_heartbeat.ReceiveMultipartBytes()));
        // A subscription counts only when Welcome has accepted it, so nothing is sent to it before its welcome.
        _iopub.Options.ManualPublisher = true;
        _iopub.Options.XPubVerbose = true; // without it only the first to subscribe to a topic is seen, and welcomed
        _iopub.ReceiveReady += (_, _) => Guard(Welcome);
        _signal.Queue.ReceiveReady += (_, _) => Guard(OnWake);
        _streamTimer.Elapsed += (_, _) => Guard(Send);
        foreach (ISocketPollable socket in new ISocketPollable[] { _shell, _control, _stdin, _heartbeat, _iopub,
            _signal.Queue })
        {
            _poller.Add(socket);
        }

        _poller.Add(_streamTimer);
        _thread.Start();
        return bound;

        int Bind(NetMQSocket socket, int port)
        {
            // No limit, since a PUB socket drops what is beyond it, and a notebook must not lose a line.
            socket.Options.SendHighWatermark = 0;
            socket.Options.ReceiveHighWatermark = 0;
            socket.Options.Linger = SendAtExit;
            if (connection is { CurveSecretkey: { } secret, CurvePublickey: { } encoded })
            {
                socket.Options.CurveServer = true;
                socket.Options.CurveCertificate = new NetMQCertificate(secret, encoded);
            }

            var address = $"{connection.Transport}://{connection.Ip}";
            try
            {
                if (port == 0)
                {
                    return socket.BindRandomPort(address);
                }

                socket.Bind($"{address}:{port}");
                return port;
            }
            catch (Exception e) when (e is NetMQException or SocketException or ArgumentException)
            {
                throw new UserException(
                    $"The kernel cannot listen on {address}:{port}, which the connection file asks for: "
                    + $"{(e.InnerException ?? e).Message} Let Jupyter choose other ports, or give port 0.");
            }
        }
    }

    /// <summary>
    /// Sends what is left and closes the sockets. Where two threads want to, the second waits for the first.
    /// </summary>
    public void Dispose()
    {
        lock (_end)
        {
            if (!_ended)
            {
                _ended = true;
                End();
            }
        }
    }

    private void End()
    {
        if (_poller.IsRunning)
        {
            _poller.Stop();
            _thread.Join(SendAtExit);
        }

        Guard(Send);
        foreach (NetMQSocket socket in new NetMQSocket[] { _shell, _control, _stdin, _heartbeat, _iopub })
        {
            socket.Dispose();
        }

        _signal.Dispose();
        _poller.Dispose();
        NetMQConfig.Cleanup(block: true);
    }

    private void Listen(RouterSocket socket, Channel channel, Action<Channel, Message> received)
    {
        // A client that reconnects comes back with the same identity: it takes over from its old connection.
        socket.Options.RouterHandover = true;
        socket.ReceiveReady += (_, _) => Guard(() =>
        {
            List<byte[]>? parts = null;
            while (socket.TryReceiveMultipartBytes(ref parts!))
            {
                received(channel, _frames.Read(parts!));
                parts = null;
            }
        });
    }

    // JEP 65: whoever subscribes is told so, and then knows that nothing more is missed.
    private void Welcome()
    {
        var subscription = _iopub.ReceiveFrameBytes();
        if (subscription is [0, .. var left])
        {
            _iopub.Unsubscribe(left);
        }

        if (subscription is not [1, .. var topic])
        {
            return;
        }

        _iopub.Subscribe(topic);
        if (!System.Text.Unicode.Utf8.IsValid(topic))
        {
            return;
        }

        var welcome = new Outgoing("iopub_welcome", Outgoing.EmptyObject,
            Json.Write(new IopubWelcome(System.Text.Encoding.UTF8.GetString(topic)), WireJson.Default.IopubWelcome));
        _iopub.SendMultipartBytes(_frames.Write(welcome with { Identities = [topic] }));
    }

    private void OnWake()
    {
        var waited = Environment.TickCount64 - _lastSent >= StreamInterval.TotalMilliseconds;
        if (_signal.Queue.Dequeue() || (waited && !_outbox.IsInLine))
        {
            Send();
        }
        else
        {
            _streamTimer.Enable = true;
        }
    }

    private void Send()
    {
        _streamTimer.Enable = false;
        _lastSent = Environment.TickCount64;
        _signal.Reset();
        var messages = _outbox.Take(out var begunLine);
        foreach (var (channel, message) in messages)
        {
            NetMQSocket socket = channel switch
            {
                Channel.Shell => _shell,
                Channel.Control => _control,
                Channel.Stdin => _stdin,
                _ => _iopub,
            };
            Guard(() => socket.SendMultipartBytes(_frames.Write(message)));
        }

        _streamTimer.Enable = begunLine;
    }

    // NetMQ's poller ends with the first exception of a handler, and with it the kernel would go deaf.
    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (WireException e)
        {
            LogDropped(_log, e.Message);
        }
        catch (Exception e)
        {
            LogFault(_log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Dropped: {Reason}.")]
    private static partial void LogDropped(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "The io thread caught a fault and goes on.")]
    private static partial void LogFault(ILogger logger, Exception e);
}
