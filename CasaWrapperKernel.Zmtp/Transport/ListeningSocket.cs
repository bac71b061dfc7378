using System.Net;
using System.Net.Sockets;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>Accepts connections, as many as there is room for, of those users that may come.</summary>
internal sealed class ListeningSocket : IWatched
{
    private const int Backlog = 128;
    private const int MostInOneTurn = 32;
    private static readonly TimeSpan PauseWhenFull = TimeSpan.FromMilliseconds(100);

    private readonly Connections _all;
    private readonly ZmtpSocket _owner;
    private readonly Func<IMechanism> _mechanism;
    private readonly LocalUsers? _users;
    private readonly EndPoint _address;
    private readonly Socket _socket;
    private readonly int _descriptor;
    private readonly ulong _watch;
    private readonly ZmtpTimer _pause;
    private bool _isClosed;

    public ListeningSocket(
        Connections all, ZmtpSocket owner, Func<IMechanism> mechanism, LocalUsers? users, EndPoint address)
    {
        (_all, _owner, _mechanism, _users, _address) = (all, owner, mechanism, users, address);
        _socket = Open(address);
        _descriptor = (int)_socket.SafeHandle.DangerousGetHandle();
        _watch = all.Loop.Watch(_descriptor, this);
        _pause = all.Loop.Timer(Resume);
    }

    public int Port => (_socket.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>Ends a connection for both sides, also when a forked child still holds the descriptor.</summary>
    public static void End(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }

        socket.Dispose();
    }

    public void Ready(bool readable, bool writable)
    {
        var accepted = new List<Socket>();
        while (accepted.Count < MostInOneTurn && Accept() is { } socket)
        {
            accepted.Add(socket);
        }

        if (_users is not null && accepted.Count > 0)
        {
            accepted = _users.Admit(accepted);
            Pause(_users.Rest);
        }

        foreach (var socket in accepted)
        {
            Begin(socket);
        }
    }

    public void Fail(Exception reason) => _all.Events.Faulted(reason);

    public void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _pause.Stop();
        _all.Loop.Unwatch(_descriptor, _watch);
        End(_socket);
        if (_address is UnixDomainSocketEndPoint path)
        {
            DeleteSocket(path.ToString());
        }
    }

    private Socket? Accept()
    {
        var accepted = Native.Accept(_descriptor, out var isFull);
        if (isFull)
        {
            _all.Events.Refused("no connection can be accepted: the process has no more descriptors");
            Pause(PauseWhenFull);
        }

        return accepted < 0 ? null : new Socket(new SafeSocketHandle(accepted, ownsHandle: true));
    }

    private void Begin(Socket socket)
    {
        if (!_all.HasRoom())
        {
            _all.Events.Refused($"{_owner.Type}: there are {_all.Limits.Connections} connections already");
            End(socket);
            return;
        }

        try
        {
            if (_address is IPEndPoint)
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            }

            _ = new Connection(_all, _owner, _mechanism(), socket);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            End(socket);
        }
    }

    // Without a rest, a full table of descriptors would be met again at once, for ever.
    private void Pause(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            _all.Loop.Change(_descriptor, _watch, read: false, write: false);
            _pause.Start(time);
        }
    }

    private void Resume() => _all.Loop.Change(_descriptor, _watch, read: true, write: false);

    private static Socket Open(EndPoint address)
    {
        if (address is UnixDomainSocketEndPoint path)
        {
            DeleteSocket(path.ToString()); // left by a kernel that was killed
        }

        var socket = address is IPEndPoint
            ? new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Blocking = false;
            socket.Bind(address);
            socket.Listen(Backlog);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // A file with something in it is no socket, and somebody's.
    private static void DeleteSocket(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 } file)
        {
            file.Delete();
        }
    }
}
