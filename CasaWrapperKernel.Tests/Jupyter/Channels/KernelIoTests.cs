using System.Collections.Concurrent;
using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Jupyter.Wire;
using Microsoft.Extensions.Logging;
using NetMQ;
using NetMQ.Sockets;

namespace CasaWrapperKernel.Tests.Jupyter.Channels;

/// <summary>Real sockets on loopback ports that the system chooses.</summary>
[Collection(Name)] // NetMQ's end is that of all its sockets in the process
public sealed class KernelIoTests : IDisposable
{
    public const string Name = "NetMQ";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);

    private readonly BlockingCollection<(Channel Channel, Message Message)> _received = [];
    private readonly Recorder _log = new();
    private readonly Frames _frames = new(new Signer("hmac-sha256", Golden.Key), "kernel");
    private readonly Frames _client = new(new Signer("hmac-sha256", Golden.Key), "client");
    private readonly SendSignal _signal = new();
    private readonly Outbox _outbox;
    private readonly KernelIo _io;
    private readonly ConnectionInfo _connection;
    private readonly List<NetMQSocket> _clients = [];
    private volatile bool _fails;

    public KernelIoTests()
    {
        _outbox = new Outbox(_signal);
        _io = new KernelIo(_frames, _outbox, _signal, _log);
        _connection = _io.Start(new ConnectionInfo { Key = Golden.Key }, Receive);
    }

    public void Dispose()
    {
        _clients.ForEach(client => client.Dispose());
        _io.Dispose();
        _received.Dispose();
    }

    [Fact]
    public void Every_port_that_was_left_open_is_chosen()
    {
        int[] ports = [
            _connection.ShellPort, _connection.IopubPort, _connection.StdinPort, _connection.ControlPort,
            _connection.HbPort];
        Assert.All(ports, port => Assert.InRange(port, 1, 65535));
        Assert.Equal(5, ports.Distinct().Count());
    }

    [Fact]
    public void The_heartbeat_echoes()
    {
        var client = Connect(new RequestSocket(), _connection.HbPort);
        foreach (var ping in (string[])["ping", "", "again"])
        {
            client.SendFrame(ping);
            Assert.True(client.TryReceiveFrameString(Long, out var answer));
            Assert.Equal(ping, answer);
        }
    }

    [Fact]
    public void A_request_comes_in_and_its_reply_finds_the_way_back()
    {
        foreach (var (channel, port) in ((Channel, int)[])[
            (Channel.Shell, _connection.ShellPort), (Channel.Control, _connection.ControlPort),
            (Channel.Stdin, _connection.StdinPort)])
        {
            var client = Connect(new DealerSocket(), port);
            client.SendMultipartBytes(Request());
            Assert.True(_received.TryTake(out var received, Long));
            Assert.Equal(channel, received.Channel);
            Assert.Equal(Golden.Content, received.Message.Content);
            _outbox.Post(channel, new Outgoing(
                "execute_reply", received.Message.HeaderJson, """{"status":"ok"}"""u8.ToArray())
            {
                Identities = received.Message.Identities,
            });
            var reply = Receive(client);
            Assert.Equal("execute_reply", reply.Type);
            Assert.Empty(reply.Identities);
        }
    }

    [Fact]
    public void Each_subscriber_is_welcomed()
    {
        foreach (var _ in (int[])[1, 2])
        {
            var client = Subscribe("");
            var welcome = Receive(client);
            Assert.Equal("iopub_welcome", welcome.Type);
            Assert.Equal("""{"subscription":""}""", Encoding.UTF8.GetString(welcome.Content));
        }
    }

    [Fact]
    public void A_subscriber_to_a_topic_gets_that_topic_only()
    {
        var client = Subscribe("status");
        Assert.Equal("""{"subscription":"status"}""", Encoding.UTF8.GetString(Receive(client).Content));
        _outbox.Write(Outgoing.EmptyObject, "stdout", "text\n"u8);
        _outbox.Post(
            Channel.Iopub,
            new Outgoing("status", Outgoing.EmptyObject, Outgoing.EmptyObject) { Identities = [Topic.Of("status")] });
        Assert.Equal("status", Receive(client).Type);
    }

    [Fact]
    public void Messages_reach_every_subscriber_in_order()
    {
        SubscriberSocket[] clients = [Subscribe(""), Subscribe("")];
        foreach (var client in clients)
        {
            Assert.Equal("iopub_welcome", Receive(client).Type);
        }

        const int Count = 3000; // more than NetMQ's default limit of 1,000, beyond which a publisher drops messages
        for (var i = 0; i < Count; i++)
        {
            _outbox.Post(
                Channel.Iopub,
                new Outgoing(
                "data", Outgoing.EmptyObject, Encoding.UTF8.GetBytes($"{i}"))
                { Identities = [Topic.Of("data")] });
        }

        foreach (var client in clients)
        {
            var data = Enumerable.Range(0, Count + 1).Select(_ => Receive(client)).Where(m => m.Type == "data")
                .Take(Count).ToList();
            Assert.Equal(
                Enumerable.Range(0, data.Count).Select(i => $"{i}"),
                data.Select(m => Encoding.UTF8.GetString(m.Content)));
            Assert.InRange(data.Count, Count - 1, Count); // the first may have been welcomed once more, for the second
        }
    }

    [Fact]
    public void Text_goes_out_by_itself_soon()
    {
        var client = Subscribe("stream");
        Receive(client);
        _outbox.Write(Outgoing.EmptyObject, "stdout", "50 %"u8);
        Assert.Equal("""{"name":"stdout","text":"50 %"}""", Encoding.UTF8.GetString(Receive(client).Content));
    }

    [Fact]
    public void What_is_no_message_is_dropped_and_the_next_one_comes_through()
    {
        var client = Connect(new DealerSocket(), _connection.ShellPort);
        var wrong = Golden.Frames()[1..];
        wrong[1] = "00"u8.ToArray();
        client.SendMultipartBytes(wrong);
        client.SendMultipartBytes("nonsense"u8.ToArray());
        client.SendMultipartBytes(Golden.Frames()[1..4]);
        client.SendMultipartBytes(Golden.Frames()[1..]);
        Assert.True(_received.TryTake(out var received, Long));
        Assert.Equal("execute_request", received.Message.Type);
        Assert.False(_received.TryTake(out _, TimeSpan.FromMilliseconds(100)));
        Assert.Equal(3, _log.Lines.Count(line => line.StartsWith("Warning: Dropped")));
        Assert.Contains(_log.Lines, line => line.Contains("wrong signature"));
        Assert.DoesNotContain(_log.Lines, line => line.Contains("nonsense"));
    }

    [Fact]
    public void A_fault_in_a_receiver_does_not_end_the_io_thread()
    {
        var client = Connect(new DealerSocket(), _connection.ShellPort);
        _fails = true;
        client.SendMultipartBytes(Request());
        Assert.True(SpinWait.SpinUntil(() => _log.Lines.Any(line => line.StartsWith("Error: ")), Long));
        _fails = false;
        client.SendMultipartBytes(Request());
        Assert.True(_received.TryTake(out _, Long));
    }

    [Fact]
    public void A_message_that_comes_once_more_is_not_done_once_more()
    {
        var client = Connect(new DealerSocket(), _connection.ShellPort);
        var request = Request();
        client.SendMultipartBytes(request);
        client.SendMultipartBytes(request);
        client.SendMultipartBytes(Request());
        Assert.True(_received.TryTake(out _, Long) && _received.TryTake(out _, Long));
        Assert.False(_received.TryTake(out _, TimeSpan.FromMilliseconds(100)));
        Assert.Contains(_log.Lines, line => line.Contains("has come before"));
    }

    [Fact]
    public void A_flood_of_nonsense_does_not_fill_the_log()
    {
        var client = Connect(new DealerSocket(), _connection.ShellPort);
        client.Options.SendHighWatermark = 0;
        for (var i = 0; i < 1000; i++)
        {
            client.SendFrame("nonsense");
        }

        client.SendMultipartBytes(Request());
        Assert.True(_received.TryTake(out _, Long));
        Assert.InRange(_log.Lines.Count, 1, 50);
    }

    private List<byte[]> Request() =>
        _client.Write(new Outgoing("execute_request", Outgoing.EmptyObject, Golden.Content));

    private void Receive(Channel channel, Message message)
    {
        if (_fails)
        {
            throw new InvalidOperationException("fault");
        }

        _received.Add((channel, message));
    }

    private SubscriberSocket Subscribe(string topic)
    {
        var client = new SubscriberSocket();
        client.Options.ReceiveHighWatermark = 0;
        client.Subscribe(topic);
        return Connect(client, _connection.IopubPort);
    }

    private T Connect<T>(T client, int port)
        where T : NetMQSocket
    {
        _clients.Add(client);
        client.Options.Linger = TimeSpan.Zero;
        client.Connect($"tcp://127.0.0.1:{port}");
        return client;
    }

    private static Message Receive(NetMQSocket client)
    {
        List<byte[]>? frames = null;
        Assert.True(client.TryReceiveMultipartBytes(Long, ref frames!), "nothing came");
        return new Frames(new Signer("hmac-sha256", Golden.Key), "client").Read(frames!);
    }

    private sealed class Recorder : ILogger<KernelIo>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
    }
}
