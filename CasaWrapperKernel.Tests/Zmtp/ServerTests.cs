using System.Collections.Concurrent;
using System.Net.Sockets;
using CasaWrapperKernel.Zmtp;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>Real sockets: who comes in, who is put out, and that nobody else notices.</summary>
public sealed class ServerTests
{
    private static readonly byte[] Hello = Bytes.Frame(0, Bytes.Text("hello"));

    [Fact]
    public void Routers_know_their_peers_by_identity()
    {
        var router = new ZmtpRouter();
        router.ReceiveReady = (_, frames) => router.Send(frames);
        using var server = new ServerFixture(router);
        using var named = server.Peer("DEALER", "me");
        using var nameless = server.Peer("DEALER");
        foreach (var peer in (Socket[])[named, nameless])
        {
            peer.Send(Hello);
            Assert.Equal(Hello, ServerFixture.Read(peer, Hello.Length));
        }

        using var again = server.Peer("DEALER", "me"); // takes over
        Assert.True(ServerFixture.IsEnded(named));
        again.Send(Hello);
        Assert.Equal(Hello, ServerFixture.Read(again, Hello.Length));
        server.OnLoop(() => router.Send([Bytes.Text("nobody"), []])); // goes nowhere
    }

    [Fact]
    public void Repliers_answer_with_the_envelope()
    {
        using var server = new ServerFixture(new ZmtpReplier(request => [.. request.Reverse()]));
        using var peer = server.Peer("REQ");
        byte[] request = [.. Bytes.Frame(1, []), .. Bytes.Frame(1, [1]), .. Bytes.Frame(0, [2])];
        peer.Send(request);
        Assert.Equal([.. Bytes.Frame(1, []), .. Bytes.Frame(1, [2]), .. Bytes.Frame(0, [1])],
            ServerFixture.Read(peer, request.Length));
        peer.Send(Hello);
        Assert.True(ServerFixture.IsEnded(peer));
        Assert.Contains(server.Refused, line => line.Contains("no empty frame"));
        Assert.Empty(server.Faults);
    }

    [Fact]
    public void Subscribers_get_what_they_subscribed_to()
    {
        var topics = new ConcurrentQueue<string>();
        var publisher = new ZmtpPublisher
        {
            PeerSubscribed = (peer, topic) =>
            {
                topics.Enqueue(Convert.ToHexString(topic));
                peer.Send(new ZmtpMessage([Bytes.Text("welcome")]));
            },
        };
        using var server = new ServerFixture(publisher);
        using var all = server.Peer("SUB");
        using var some = server.Peer("SUB");
        all.Send(Bytes.Command("SUBSCRIBE", []));
        some.Send(Bytes.Frame(0, [1, .. Bytes.Text("ab")]));
        some.Send(Bytes.Frame(0, [1, .. Bytes.Text("ab")]));
        var welcome = Bytes.Frame(0, Bytes.Text("welcome"));
        Assert.Equal(welcome, ServerFixture.Read(all, welcome.Length));
        Assert.Equal([.. welcome, .. welcome], ServerFixture.Read(some, welcome.Length * 2));
        some.Send(Bytes.Frame(0, [0, .. Bytes.Text("ab")])); // one of its two is left
        Publish("a");
        Publish("abc");
        Assert.Equal([.. Bytes.Frame(0, Bytes.Text("a")), .. Bytes.Frame(0, Bytes.Text("abc"))],
            ServerFixture.Read(all, 8));
        Assert.Equal(Bytes.Frame(0, Bytes.Text("abc")), ServerFixture.Read(some, 5));
        Assert.Equal(3, topics.Count);

        void Publish(string topic) => server.OnLoop(() => publisher.Send(new ZmtpMessage([Bytes.Text(topic)])));
    }

    [Fact]
    public void A_flood_of_topics_ends_the_peer_alone()
    {
        using var server = new ServerFixture(new ZmtpPublisher());
        using var greedy = server.Peer("SUB");
        for (var topic = 0; topic <= new ZmtpLimits().Topics; topic++)
        {
            greedy.Send(Bytes.Frame(0, [1, (byte)(topic >> 8), (byte)topic]));
        }

        Assert.True(ServerFixture.IsEnded(greedy));
        using var modest = server.Peer("SUB");
        Assert.Contains(server.Refused, line => line.Contains("topics"));
    }

    [Fact]
    public void A_handshake_that_does_not_end_is_ended()
    {
        using var server = new ServerFixture(
            new ZmtpRouter(),
                new ZmtpOptions { Limits = new ZmtpLimits { HandshakeTime = TimeSpan.FromMilliseconds(200) } });
        using var silent = server.Connect();
        using var slow = server.Connect();
        slow.Send(Bytes.Greeting());
        using var quick = server.Peer("DEALER");
        Assert.True(ServerFixture.IsEnded(silent));
        Assert.True(ServerFixture.IsEnded(slow));
        quick.Send(Hello);
        Assert.False(quick.Poll(300_000, SelectMode.SelectRead)); // it may stay
    }

    [Fact]
    public void Too_many_are_turned_away_and_the_oldest_unfinished_gives_way()
    {
        using var server = new ServerFixture(
            new ZmtpRouter(), new ZmtpOptions { Limits = new ZmtpLimits { Connections = 4, Handshakes = 2 } });
        using var first = server.Connect();
        using var second = server.Connect();
        using var third = server.Peer("DEALER");
        Assert.True(ServerFixture.IsEnded(first));
        using var fourth = server.Peer("DEALER");
        using var fifth = server.Peer("DEALER");
        using var sixth = server.Connect();
        Assert.True(ServerFixture.IsEnded(sixth));
        Assert.Contains(server.Refused, line => line.Contains("4 connections already"));
    }

    [Fact]
    public void Unfinished_messages_have_a_limit_together_and_strangers_go_first()
    {
        var router = new ZmtpRouter();
        router.ReceiveReady = (peer, frames) =>
        {
            peer.IsTrusted = true;
            router.Send(frames);
        };
        using var server =
            new ServerFixture(router, new ZmtpOptions { Limits = new ZmtpLimits { UnfinishedBytes = 3 << 20 } });
        using var known = server.Peer("DEALER");
        known.Send(Hello);
        ServerFixture.Read(known, Hello.Length);
        var twoMegabytes = new byte[2 << 20];
        known.Send([1, 1, 0, .. Bytes.Frame(0, twoMegabytes)[..^1]]);
        using var stranger = server.Peer("DEALER");
        stranger.SendTimeout = 1000;
        try
        {
            stranger.Send(Bytes.Frame(0, twoMegabytes)[..^1]);
        }
        catch (SocketException)
        {
            // It is put out while it sends.
        }

        Assert.True(ServerFixture.IsEnded(stranger));
        known.Send([0]);
        ServerFixture.Read(known, twoMegabytes.Length + 12);
    }

    [Fact]
    public void A_fault_in_a_handler_ends_that_connection_only()
    {
        var router = new ZmtpRouter();
        router.ReceiveReady = (_, frames) =>
        {
            if (frames[1].Length == 1)
            {
                throw new InvalidOperationException("fault");
            }

            router.Send(frames);
        };
        using var server = new ServerFixture(router);
        using var unlucky = server.Peer("DEALER");
        using var other = server.Peer("DEALER");
        unlucky.Send(Bytes.Frame(0, [1]));
        Assert.True(ServerFixture.IsEnded(unlucky));
        other.Send(Hello);
        Assert.Equal(Hello, ServerFixture.Read(other, Hello.Length));
        Assert.Single(server.Faults);
    }

    [Fact]
    public void Who_pings_and_never_reads_costs_nothing()
    {
        using var server = new ServerFixture(new ZmtpRouter());
        using var peer = server.Peer("DEALER");
        var pings = Enumerable.Repeat(Bytes.Command("PING", [0, 0]), 200_000).SelectMany(ping => ping).ToArray();
        peer.Send(pings);
        Assert.Empty(server.Refused);
        server.OnLoop(() => { });
    }

    [Fact]
    public async Task What_was_sent_before_the_end_arrives()
    {
        var publisher = new ZmtpPublisher();
        using var server = new ServerFixture(publisher);
        using var peer = server.Peer("SUB");
        peer.Send(Bytes.Command("SUBSCRIBE", []));
        Assert.True(SpinWait.SpinUntil(() => publisher.Peers.Count == 1, 5000));
        await Task.Delay(50);
        server.OnLoop(() => publisher.Send(new ZmtpMessage([new byte[30_000_000]])));
        var read = Task.Run(() => ServerFixture.Read(peer, 30_000_009));
        server.Stop(TimeSpan.FromSeconds(5));
        Assert.Equal(30_000_009, (await read).Length);
        Assert.True(ServerFixture.IsEnded(peer));
    }

    [Fact]
    public void Unix_sockets_serve_as_well()
    {
        using var folder = new Support.TempFolder();
        var path = folder.File("socket-1");
        var router = new ZmtpRouter();
        router.ReceiveReady = (_, frames) => router.Send(frames);
        using (new ServerFixture(router, endpoint: $"ipc://{path}"))
        {
            using var peer =
                new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
            peer.Connect(new UnixDomainSocketEndPoint(path));
            peer.Send([.. Bytes.Greeting(), .. Bytes.Ready("DEALER"), .. Hello]);
            ServerFixture.Read(peer, 64 + 43);
            Assert.Equal(Hello, ServerFixture.Read(peer, Hello.Length));
        }

        Assert.False(File.Exists(path));
    }
}
