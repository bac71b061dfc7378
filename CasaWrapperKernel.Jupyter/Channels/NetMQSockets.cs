using System.Net.Sockets;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using NetMQ;
using NetMQ.Sockets;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// The sockets by NetMQ (<c>-p:Transport=NetMQ</c>). See docs/architecture.md for why this is not the default.
/// </summary>
internal sealed class NetMQSockets : IKernelSockets
{
    private readonly Dictionary<Channel, NetMQSocket> _sockets;
    private readonly RouterSocket _heartbeat = new();
    private readonly XPublisherSocket _iopub = new();
    private readonly NetMQQueue<bool> _wake = new();
    private readonly NetMQTimer _timer = new(TimeSpan.FromSeconds(1)) { Enable = false };
    private readonly NetMQPoller _poller = new();
    private readonly ISocketsOwner _owner;
    private readonly Action<Exception> _faulted;

    public NetMQSockets(ISocketsOwner owner, Action<Exception> faulted)
    {
        (_owner, _faulted) = (owner, faulted);
        _sockets = new()
        {
            [Channel.Shell] = new RouterSocket(),
            [Channel.Control] = new RouterSocket(),
            [Channel.Stdin] = new RouterSocket(),
            [Channel.Iopub] = _iopub,
        };
    }

    /// <summary>NetMQ does not tell.</summary>
    public bool IsReaderBehind => false;

    public ConnectionInfo Bind(ConnectionInfo connection)
    {
        foreach (var channel in (Channel[])[Channel.Shell, Channel.Control, Channel.Stdin])
        {
            Listen((RouterSocket)_sockets[channel], channel);
        }

        _heartbeat.ReceiveReady += (_, _) =>
            Guard(() => _heartbeat.SendMultipartBytes(_heartbeat.ReceiveMultipartBytes()));
        // A subscription counts only when it has been accepted, so nothing is sent to it before its welcome.
        _iopub.Options.ManualPublisher = true;
        _iopub.Options.XPubVerbose = true; // without it only the first to subscribe to a topic is seen, and welcomed
        _iopub.ReceiveReady += (_, _) => Guard(Subscribe);
        _wake.ReceiveReady += (_, _) => Guard(() =>
        {
            while (_wake.TryDequeue(out var _, TimeSpan.Zero))
            {
            }

            _owner.Woken();
        });
        _timer.Elapsed += (_, _) => Guard(() =>
        {
            StopTimer();
            _owner.TimerElapsed();
        });
        return connection with
        {
            ShellPort = Bind(_sockets[Channel.Shell], connection, connection.ShellPort),
            ControlPort = Bind(_sockets[Channel.Control], connection, connection.ControlPort),
            StdinPort = Bind(_sockets[Channel.Stdin], connection, connection.StdinPort),
            HbPort = Bind(_heartbeat, connection, connection.HbPort),
            IopubPort = Bind(_iopub, connection, connection.IopubPort),
        };
    }

    public void Run()
    {
        foreach (ISocketPollable socket in (ISocketPollable[])[.. _sockets.Values, _heartbeat, _wake])
        {
            _poller.Add(socket);
        }

        _poller.Add(_timer);
        _poller.Run();
        Guard(_owner.Ending);
    }

    public void Send(Channel channel, IReadOnlyList<byte[]> frames, Outgoing message) =>
        Guard(() => _sockets[channel].SendMultipartBytes(frames));

    public void StartTimer(TimeSpan delay)
    {
        if (!_timer.Enable)
        {
            (_timer.Interval, _timer.Enable) = ((int)delay.TotalMilliseconds, true);
        }
    }

    public void StopTimer() => _timer.Enable = false;

    public void Wake() => _wake.Enqueue(true);

    public void Stop(TimeSpan linger)
    {
        if (_poller.IsRunning)
        {
            _poller.Stop();
        }
    }

    public void Dispose()
    {
        foreach (var socket in (NetMQSocket[])[.. _sockets.Values, _heartbeat])
        {
            socket.Options.Linger = TimeSpan.FromSeconds(1);
            socket.Dispose();
        }

        _wake.Dispose();
        _poller.Dispose();
        NetMQConfig.Cleanup(block: true);
    }

    private void Listen(RouterSocket socket, Channel channel)
    {
        // A client that reconnects comes back with the same identity: it takes over from its old connection.
        socket.Options.RouterHandover = true;
        socket.ReceiveReady += (_, _) => Guard(() =>
        {
            List<byte[]>? parts = null;
            while (socket.TryReceiveMultipartBytes(ref parts!))
            {
                _owner.Received(channel, parts!);
                parts = null;
            }
        });
    }

    private void Subscribe()
    {
        switch (_iopub.ReceiveFrameBytes())
        {
            case [0, .. var left]:
                _iopub.Unsubscribe(left);
                break;
            case [1, .. var topic]:
                _iopub.Subscribe(topic);
                if (_owner.Welcome(topic) is { } frames)
                {
                    _iopub.SendMultipartBytes(frames);
                }

                break;
        }
    }

    private static int Bind(NetMQSocket socket, ConnectionInfo connection, int port)
    {
        // No limit, since a PUB socket drops what is beyond it, and a notebook must not lose a line.
        socket.Options.SendHighWatermark = 0;
        socket.Options.ReceiveHighWatermark = 0;
        if (connection is { CurveSecretkey: { } secret, CurvePublickey: { } encoded })
        {
            socket.Options.CurveServer = true;
            socket.Options.CurveCertificate = new NetMQCertificate(secret, encoded);
        }

        var endpoint = connection.Endpoint(port);
        try
        {
            if (port == 0)
            {
                return socket.BindRandomPort(endpoint[..endpoint.LastIndexOf(':')]);
            }

            socket.Bind(endpoint);
            return port;
        }
        catch (Exception e) when (e is NetMQException or SocketException or ArgumentException)
        {
            throw IKernelSockets.CannotListen(endpoint, e.InnerException ?? e);
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _faulted(e);
        }
    }
}
