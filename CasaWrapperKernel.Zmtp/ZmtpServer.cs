using CasaWrapperKernel.Zmtp.Protocol;
using CasaWrapperKernel.Zmtp.Security;
using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// The listening side of ZMTP 3.1 (RFC 23 and 37). One thread, that of <see cref="Run"/>, owns all sockets; other
/// threads
/// only <see cref="Wake"/> it. Nothing that a peer sends ends that thread, makes it wait, or takes more memory than
/// <see cref="ZmtpLimits"/> and the sockets' <see cref="BacklogPolicy"/> allow.
/// </summary>
public sealed class ZmtpServer : IDisposable
{
    private readonly ZmtpOptions _options;
    private readonly EventLoop _loop;
    private readonly Connections _connections;
    private readonly LocalUsers? _users;
    private readonly List<ListeningSocket> _listening = [];
    private long _endBy;

    public ZmtpServer(ZmtpOptions options)
    {
        _options = options;
        _loop = new EventLoop { Faulted = options.Events.Faulted };
        _connections = new Connections(_loop, options.Limits, options.Events);
        _users = options.OwnUserOnly ? new LocalUsers(options.Events) : null;
    }

    /// <summary>Called on the loop's thread after <see cref="Wake"/>, at least once for the last of several.</summary>
    public Action Woken
    {
        get => _loop.Woken;
        set => _loop.Woken = value;
    }

    /// <summary>Called on the loop's thread once it is to stop: what is sent now is still delivered.</summary>
    public Action Ending { get; set; } = () => { };

    /// <summary>A timer of this loop.</summary>
    public ZmtpTimer Timer(Action elapsed) => _loop.Timer(elapsed);

    /// <summary>Makes a socket listen. To be called before <see cref="Run"/>.</summary>
    /// <param name="endpoint"><c>tcp://ADDRESS:PORT</c>, with * for all addresses and 0 for any free port, or
    /// <c>ipc://PATH</c>.</param>
    /// <returns>The port; 0 for ipc.</returns>
    /// <exception cref="System.Net.Sockets.SocketException">The address is not there, or taken.</exception>
    /// <exception cref="FormatException">The endpoint is no address.</exception>
    public int Listen(ZmtpSocket socket, string endpoint)
    {
        var address = Endpoint.Parse(endpoint);
        var listening = new ListeningSocket(_connections, socket, () => NewMechanism(socket.Type), _users, address);
        _listening.Add(listening);
        return listening.Port;
    }

    /// <summary>[any thread] Makes the loop call <see cref="Woken"/> soon.</summary>
    public void Wake() => _loop.Wake();

    /// <summary>Serves all sockets until <see cref="Stop"/>, then sends what is left and closes them.</summary>
    public void Run()
    {
        while (Volatile.Read(ref _endBy) == 0)
        {
            _loop.Turn();
        }

        _loop.Guard(Ending);
        End(Volatile.Read(ref _endBy));
    }

    /// <summary>[any thread] Makes <see cref="Run"/> return.</summary>
    /// <param name="linger">How long peers that are slow may take to read what is left for them.</param>
    public void Stop(TimeSpan linger)
    {
        Volatile.Write(ref _endBy, Environment.TickCount64 + (long)linger.TotalMilliseconds);
        _loop.Wake();
    }

    /// <summary>Closes everything; only when <see cref="Run"/> has returned, or was never called.</summary>
    public void Dispose()
    {
        End(endBy: 0);
        _loop.Dispose();
    }

    private void End(long endBy)
    {
        _listening.ForEach(listening => listening.Close());
        while (!_connections.AreSent && Environment.TickCount64 < endBy)
        {
            _loop.Turn(TimeSpan.FromMilliseconds(endBy - Environment.TickCount64));
        }

        _connections.Close();
    }

    private IMechanism NewMechanism(ZmtpSocketType type) =>
        _options.Curve is { } keys ? new CurveServer(type, keys) : new NullMechanism(type);
}
