using System.Net.Sockets;
using CasaWrapperKernel.Zmtp;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>Subscribers that do not read.</summary>
public sealed class BacklogTests
{
    private static readonly byte[] Megabyte = new byte[1 << 20];

    [Fact]
    public void The_oldest_that_may_be_dropped_go_and_the_peer_is_told()
    {
        var publisher = new ZmtpPublisher(new TextGoes { DropBytes = 8 << 20, MostBytes = 64 << 20 });
        using var server = new ServerFixture(publisher);
        using var peer = Subscribe(server);
        server.OnLoop(() =>
        {
            for (var i = 0; i < 50; i++)
            {
                publisher.Send(new ZmtpMessage([[(byte)i], Megabyte], "text"));
                publisher.Send(new ZmtpMessage([[(byte)i]], "result"));
            }

            Assert.InRange(publisher.Peers.Single().Backlog, 1, 9 << 20);
        });
        var (text, results, told) = (new List<byte>(), new List<byte>(), 0L);
        while (results is not [.., 49])
        {
            var frames = Message(peer);
            if (frames is [[(byte)'g'], var count])
            {
                told += BitConverter.ToInt64(count);
            }
            else
            {
                (frames.Count == 2 ? text : results).Add(frames[0][0]);
            }
        }

        Assert.Equal(Enumerable.Range(0, 50).Select(i => (byte)i), results);
        Assert.Equal(50, text.Count + told);
        Assert.InRange(told, 20, 49);
        Assert.Equal(49, text[^1]);
        Assert.Equal(text.Order(), text);
    }

    [Fact]
    public async Task One_that_cannot_be_helped_is_disconnected()
    {
        var publisher = new ZmtpPublisher(new TextGoes { DropBytes = 4 << 20, MostBytes = 8 << 20 });
        using var server = new ServerFixture(publisher);
        using var stalled = Subscribe(server);
        using var reader = Subscribe(server);
        var read = Task.Run(() => Enumerable.Range(0, 40).Select(_ => Message(reader)).Count());
        for (var i = 0; i < 40; i++)
        {
            server.OnLoop(() => publisher.Send(new ZmtpMessage([Megabyte], "result")));
            await Task.Delay(10);
        }

        Assert.Equal(40, await read);
        Assert.Contains(server.Refused, line => line.Contains("does not read"));
        Assert.Single(publisher.Peers);
    }

    [Fact]
    public void A_reader_that_is_behind_is_told_from_one_that_does_not_read()
    {
        var publisher = new ZmtpPublisher(new BacklogPolicy { MostBytes = 1 << 30 });
        using var server = new ServerFixture(publisher);
        using var peer = Subscribe(server);
        server.OnLoop(() =>
        {
            publisher.Send(new ZmtpMessage([new byte[40 << 20]]));
            Assert.True(publisher.IsReaderBehind(1 << 20));
        });
        Thread.Sleep(1500);
        server.OnLoop(() => publisher.IsReaderBehind(1 << 20)); // ends a second in which nothing was read
        Thread.Sleep(1100);
        server.OnLoop(() => Assert.False(publisher.IsReaderBehind(1 << 20)));
        Message(peer);
        server.OnLoop(() => Assert.Equal(0, publisher.Peers.Single().Backlog));
    }

    private static Socket Subscribe(ServerFixture server)
    {
        var peer = server.Peer("SUB");
        peer.Send([.. Bytes.Command("SUBSCRIBE", []), .. Bytes.Command("PING", [0, 0])]);
        ServerFixture.Read(peer, 7); // the answer: so the subscription counts as well
        return peer;
    }

    private static List<byte[]> Message(Socket peer)
    {
        var frames = new List<byte[]>();
        while (true)
        {
            var head = ServerFixture.Read(peer, 2);
            var length = (head[0] & 2) == 0 ? head[1]
                : (int)System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(
                    [head[1], .. ServerFixture.Read(peer, 7)]);
            frames.Add(ServerFixture.Read(peer, length));
            if ((head[0] & 1) == 0)
            {
                return frames;
            }
        }
    }

    private sealed class TextGoes : BacklogPolicy
    {
        public override bool MayDrop(ZmtpMessage message) => message.Tag is "text";

        public override ZmtpMessage? Gap(ZmtpMessage last, long messages, long bytes) =>
            new([[(byte)'g'], BitConverter.GetBytes(messages)]);
    }
}
