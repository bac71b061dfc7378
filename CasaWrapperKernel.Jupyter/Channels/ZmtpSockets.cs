using System.Net.Sockets;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Security;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>The sockets by our own listening side of ZMTP.</summary>
internal sealed class ZmtpSockets : IKernelSockets
{
    // The memory that a reader may be behind by before whoever prints waits for it.
    private const long ReaderBehindBytes = 8 << 20;

    private readonly ISocketsOwner _owner;
    private readonly ZmtpServer _server;
    private readonly Dictionary<Channel, ZmtpRouter> _routers;
    private readonly ZmtpReplier _heartbeat = new(ping => ping);
    private readonly ZmtpPublisher _iopub;
    private readonly ZmtpTimer _timer;

    /// <param name="messages">Makes the message that tells a subscriber what it did not get.</param>
    /// <param name="missed">Keeps that.</param>
    public ZmtpSockets(ConnectionInfo connection, bool anyUser, ISocketsOwner owner,
        Func<Outgoing, IReadOnlyList<byte[]>> messages, MissedText missed, ZmtpEvents events)
    {
        _owner = owner;
        _server = new ZmtpServer(new ZmtpOptions { Curve = Keys(connection), OwnUserOnly = !anyUser, Events = events })
        {
            Woken = owner.Woken,
            Ending = owner.Ending,
        };
        _routers =
            ((Channel[])[Channel.Shell, Channel.Control, Channel.Stdin]).ToDictionary(channel => channel, channel =>
                new ZmtpRouter
                {
                    ReceiveReady = (peer, frames) => peer.IsTrusted |= owner.Received(channel, frames),
                });
        _iopub = new ZmtpPublisher(new SubscriberPolicy(messages, missed)) { PeerSubscribed = Subscribed };
        _timer = _server.Timer(owner.TimerElapsed);
    }

    public bool IsReaderBehind => _iopub.IsReaderBehind(ReaderBehindBytes);

    public ConnectionInfo Bind(ConnectionInfo connection) => connection with
    {
        ShellPort = Listen(_routers[Channel.Shell], connection, connection.ShellPort),
        ControlPort = Listen(_routers[Channel.Control], connection, connection.ControlPort),
        StdinPort = Listen(_routers[Channel.Stdin], connection, connection.StdinPort),
        HbPort = Listen(_heartbeat, connection, connection.HbPort),
        IopubPort = Listen(_iopub, connection, connection.IopubPort),
    };

    public void Run() => _server.Run();

    public void Send(Channel channel, IReadOnlyList<byte[]> frames, Outgoing message)
    {
        if (_routers.TryGetValue(channel, out var router))
        {
            router.Send(frames);
        }
        else
        {
            _iopub.Send(new ZmtpMessage(frames, message));
        }
    }

    public void StartTimer(TimeSpan delay) => _timer.Start(delay);

    public void StopTimer() => _timer.Stop();

    public void Wake() => _server.Wake();

    public void Stop(TimeSpan linger) => _server.Stop(linger);

    public void Dispose() => _server.Dispose();

    private void Subscribed(IZmtpPeer peer, byte[] topic)
    {
        if (_owner.Welcome(topic) is { } frames)
        {
            peer.Send(new ZmtpMessage(frames));
        }
    }

    private static CurveKeyPair? Keys(ConnectionInfo connection)
    {
        try
        {
            return connection is { CurvePublickey: { } publicKey, CurveSecretkey: { } secretKey }
                ? CurveKeyPair.FromZ85(publicKey, secretKey)
                : null;
        }
        catch (FormatException e)
        {
            throw new UserException($"The CURVE keys in the connection file are no pair ({e.Message}); let Jupyter make a new file.");
        }
    }

    private int Listen(ZmtpSocket socket, ConnectionInfo connection, int port)
    {
        var endpoint = connection.Endpoint(port);
        try
        {
            var bound = _server.Listen(socket, endpoint);
            return connection.IsIpc ? port : bound;
        }
        catch (Exception e) when (e is SocketException or FormatException or ArgumentException)
        {
            throw IKernelSockets.CannotListen(endpoint, e);
        }
    }
}
