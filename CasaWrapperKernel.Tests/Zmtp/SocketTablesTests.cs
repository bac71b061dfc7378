using System.Net;
using System.Net.Sockets;
using System.Text;
using CasaWrapperKernel.Zmtp.Transport;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>Whose the other end of a connection is, by lines of /proc/net/tcp and tcp6.</summary>
public sealed class SocketTablesTests
{
    private const string Tcp = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:C351 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 38628 1 0000000000000000 100 0 0 10 0
           1: 0100007F:C351 0100007F:D5EF 01 00000000:00000000 00:00000000 00000000  1000        0 38629 1 0000000000000000 20 4 30 10 -1
           2: 0100007F:D5EF 0100007F:C351 01 00000000:00000000 00:00000000 00000000  1001        0 38630 1 0000000000000000 20 4 30 10 -1
           3: 0100007F:D5F0 0100007F:C351 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0000000000000000 20 4 30 10 -1

        """;

    private const string Tcp6 = """
          sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0000000000000000FFFF00000100007F:D5F1 0000000000000000FFFF00000100007F:C351 01 00000000:00000000 00:00000000 00000000  1002        0 38631 1 0000000000000000 20 4 30 10 -1
           1: 00000000000000000000000001000000:D5F2 00000000000000000000000001000000:C351 01 00000000:00000000 00:00000000 00000000  1003        0 38632 1 0000000000000000 20 4 30 10 -1

        """;

    private readonly SocketTables _tables =
        new(() => Encoding.ASCII.GetBytes(Tcp), () => Encoding.ASCII.GetBytes(Tcp6));

    [Theory]
    [InlineData("127.0.0.1", 0xD5EF, 1001)] // its own line, not ours
    [InlineData("127.0.0.1", 0xD5F1, 1002)] // a socket for IPv6 that speaks IPv4
    [InlineData("::ffff:127.0.0.1", 0xD5EF, 1001)]
    [InlineData("::1", 0xD5F2, 1003)]
    public void The_line_of_the_peer_names_its_user(string address, int port, uint user) =>
        Assert.Equal(new SocketOwner(SocketOwnerKind.User, user), Find(address, port));

    [Fact]
    public void Who_has_closed_is_not_taken_for_root() =>
        Assert.Equal(SocketOwnerKind.Closed, Find("127.0.0.1", 0xD5F0).Kind);

    [Theory]
    [InlineData("127.0.0.1", 0xD5F3)]
    [InlineData("127.0.0.2", 0xD5EF)]
    [InlineData("::1", 0xD5EF)]
    public void Without_a_line_it_is_not_known(string address, int port) =>
        Assert.Equal(SocketOwnerKind.Unknown, Find(address, port).Kind);

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    public void The_system_says_it_as_its_tables_do(string from, string to)
    {
        using var listening = new TcpListener(IPAddress.Parse(to), 0);
        listening.Start();
        var address = IPAddress.Parse(from);
        using var peer = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        if (address.IsIPv4MappedToIPv6)
        {
            peer.DualMode = true;
        }

        var port = ((IPEndPoint)listening.LocalEndpoint).Port;
        peer.Connect(address, port);
        using var accepted = listening.AcceptSocket();
        var (theirs, ours) = ((IPEndPoint)accepted.RemoteEndPoint!, (IPEndPoint)accepted.LocalEndPoint!);
        var user = new SocketOwner(SocketOwnerKind.User, Native.geteuid());
        Assert.Equal(user, SocketDiagnosis.Find(theirs, ours));
        Assert.Equal(user, SocketTables.Now().Find(theirs, ours));
        peer.Close();
        Assert.Equal(SocketOwnerKind.Closed, SocketDiagnosis.Find(theirs, ours)!.Value.Kind);
        Assert.Equal(SocketOwnerKind.Closed, SocketTables.Now().Find(theirs, ours).Kind);
        Assert.Null(SocketDiagnosis.Find(new IPEndPoint(theirs.Address, 1), ours)); // not the listener
    }

    private SocketOwner Find(string address, int port)
    {
        var peer = IPAddress.Parse(address);
        var own = peer.Equals(IPAddress.IPv6Loopback) ? peer : peer.IsIPv4MappedToIPv6
            ? IPAddress.Loopback.MapToIPv6() : IPAddress.Loopback;
        return _tables.Find(new IPEndPoint(peer, port), new IPEndPoint(own, 0xC351));
    }
}
