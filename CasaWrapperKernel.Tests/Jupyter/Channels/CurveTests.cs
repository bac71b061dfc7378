using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Jupyter.Wire;
using Microsoft.Extensions.Logging.Abstractions;
using NetMQ;
using NetMQ.Sockets;

namespace CasaWrapperKernel.Tests.Jupyter.Channels;

/// <summary>Sockets that are encrypted because the connection file has keys.</summary>
[Collection(KernelIoTests.Name)]
public sealed class CurveTests : IDisposable
{
    private readonly BlockingCollection<Message> _received = [];
    private readonly NetMQCertificate _server = new();
    private readonly KernelIo _io;
    private readonly int _port;

    public CurveTests()
    {
        var frames = new Frames(new Signer("hmac-sha256", Golden.Key), "kernel");
        var signal = new SendSignal();
        _io = new KernelIo(frames, new Outbox(signal), signal, NullLogger<KernelIo>.Instance);
        _port = _io.Start(new ConnectionInfo
        {
            Key = Golden.Key,
            CurvePublickey = _server.PublicKeyZ85,
            CurveSecretkey = _server.SecretKeyZ85,
        }, (_, message) => _received.Add(message)).ShellPort;
    }

    public void Dispose()
    {
        _io.Dispose();
        _received.Dispose();
    }

    [Fact]
    public void A_client_with_the_key_gets_in_and_one_without_does_not()
    {
        using var plain = Connect(new DealerSocket());
        plain.SendMultipartBytes(Golden.Frames()[1..]);
        Assert.False(_received.TryTake(out _, 500));

        using var client = new DealerSocket();
        client.Options.CurveServerKey = _server.PublicKey;
        client.Options.CurveCertificate = new NetMQCertificate();
        Connect(client).SendMultipartBytes(Golden.Frames()[1..]);
        Assert.True(_received.TryTake(out var message, 5000));
        Assert.Equal("execute_request", message.Type);
    }

    private DealerSocket Connect(DealerSocket client)
    {
        client.Options.Linger = TimeSpan.Zero;
        client.Connect($"tcp://127.0.0.1:{_port}");
        return client;
    }
}
