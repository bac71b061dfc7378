using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using CasaWrapperKernel.Zmtp;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>A server with one socket, on a thread, and plain TCP clients for it.</summary>
internal sealed class ServerFixture : IDisposable
{
    private readonly ZmtpServer _server;
    private readonly Thread _thread;

    public ServerFixture(ZmtpSocket socket, ZmtpOptions? options = null, string endpoint = "tcp://127.0.0.1:0")
    {
        _server = new ZmtpServer((options ?? new ZmtpOptions()) with
        {
            Events =
                new ZmtpEvents { Refused = Refused.Enqueue, Faulted = Faults.Enqueue, UserUnknown = Refused.Enqueue },
        });
        Port = _server.Listen(socket, endpoint);
        _server.Woken = () =>
        {
            while (_jobs.TryDequeue(out var job))
            {
                job();
            }
        };
        _thread = new Thread(_server.Run) { IsBackground = true };
        _thread.Start();
    }

    private readonly ConcurrentQueue<Action> _jobs = new();

    public int Port { get; }

    public ConcurrentQueue<string> Refused { get; } = new();

    public ConcurrentQueue<Exception> Faults { get; } = new();

    /// <summary>A ZMTP peer whose handshake is complete, over a plain socket.</summary>
    public Socket Peer(string socketType, string identity = "")
    {
        var peer = Connect();
        peer.Send([.. Bytes.Greeting(), .. Bytes.Ready(socketType, identity)]);
        Read(peer, 64 + 43 - (socketType is "SUB" or "XSUB" ? 2 : socketType == "REQ" ? 3 : 0));
        return peer;
    }

    public Socket Connect()
    {
        var socket =
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            {
                ReceiveTimeout = 5000,
                SendTimeout = 5000
            };
        socket.Connect(IPAddress.Loopback, Port);
        return socket;
    }

    public static byte[] Read(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var came = socket.Receive(bytes.AsSpan(read));
            Assert.NotEqual(0, came);
            read += came;
        }

        return bytes;
    }

    /// <summary>Whether the other side ends the connection within five seconds.</summary>
    public static bool IsEnded(Socket socket)
    {
        try
        {
            while (socket.Receive(new byte[65536]) > 0)
            {
            }

            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    /// <summary>Runs something on the server's thread and waits for it.</summary>
    public void OnLoop(Action action)
    {
        using var done = new ManualResetEventSlim();
        _jobs.Enqueue(() =>
        {
            action();
            done.Set();
        });
        _server.Wake();
        Assert.True(done.Wait(5000), "the loop does not turn");
    }

    public void Stop(TimeSpan linger)
    {
        _server.Stop(linger);
        Assert.True(_thread.Join(linger + TimeSpan.FromSeconds(5)));
    }

    public void Dispose()
    {
        Stop(TimeSpan.Zero);
        _server.Dispose();
    }
}
