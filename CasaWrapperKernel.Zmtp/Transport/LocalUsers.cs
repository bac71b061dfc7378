using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>
/// Lets in of the peers on this machine those that belong to the user of this process or to root. The system's tables
/// of
/// sockets say whose the other end is, asked directly or, where that is not allowed, read from /proc/net. Peers on
/// other
/// machines are not judged here.
/// </summary>
internal sealed class LocalUsers(ZmtpEvents events)
{
    // Of the loop's time at most a quarter goes into reading the tables, which are long on a busy node.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostInWindow = Window / 4;

    private readonly uint _self = Native.geteuid();
    private long _windowStart = Stopwatch.GetTimestamp();
    private TimeSpan _spent;
    private bool _saidUnknown;

    /// <summary>How long to wait before the next are judged.</summary>
    public TimeSpan Rest { get; private set; }

    /// <returns>Those that may stay; the others are closed.</returns>
    public List<Socket> Admit(List<Socket> accepted)
    {
        var start = Stopwatch.GetTimestamp();
        var tables = SocketTables.Now();
        var admitted = accepted.Where(socket => IsAdmitted(socket, tables)).ToList();
        accepted.Except(admitted).ToList().ForEach(ListeningSocket.End);
        Account(start);
        return admitted;
    }

    private void Account(long start)
    {
        var window = Stopwatch.GetElapsedTime(_windowStart);
        if (window >= Window)
        {
            (_windowStart, _spent, window) = (start, TimeSpan.Zero, TimeSpan.Zero);
        }

        _spent += Stopwatch.GetElapsedTime(start);
        Rest = _spent > MostInWindow ? Window - window : TimeSpan.Zero;
    }

    private bool IsAdmitted(Socket socket, SocketTables tables)
    {
        try
        {
            return socket.RemoteEndPoint is not IPEndPoint peer ? Judge(UnixPeer(socket))
                : socket.LocalEndPoint is not IPEndPoint own || !IsHere(peer, own)
                    || Judge(SocketDiagnosis.Find(peer, own) ?? tables.Find(peer, own));
        }
        catch (SocketException)
        {
            return false; // it is gone already
        }
    }

    // Whoever connects to one of the machine's own addresses is on it.
    private static bool IsHere(IPEndPoint peer, IPEndPoint own) =>
        IPAddress.IsLoopback(peer.Address) || peer.Address.Equals(own.Address);

    private bool Judge(SocketOwner owner)
    {
        switch (owner.Kind)
        {
            case SocketOwnerKind.Closed:
                return false;
            case SocketOwnerKind.Unknown:
                SayUnknown();
                return true;
            default:
                var mayCome = owner.User == 0 || owner.User == _self;
                if (!mayCome)
                {
                    events.Refused(
                        string.Create(CultureInfo.InvariantCulture, $"a connection of user {owner.User}, who is not the kernel's"));
                }

                return mayCome;
        }
    }

    private void SayUnknown()
    {
        if (!_saidUnknown)
        {
            _saidUnknown = true;
            events.UserUnknown("the system's tables of sockets do not name the user of a peer on this machine");
        }
    }

    private static SocketOwner UnixPeer(Socket socket)
    {
        const int SOL_SOCKET = 1;
        const int SO_PEERCRED = 17;
        Span<byte> processUserGroup = stackalloc byte[12];
        socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, processUserGroup);
        return SocketTables.OwnerOf(BitConverter.ToUInt32(processUserGroup[4..]));
    }
}
