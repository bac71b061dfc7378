using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Zmtp;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>The sockets that are built in; chosen by the build property <c>Transport</c>.</summary>
internal static class TransportChoice
{
    public static IKernelSockets New(
        ConnectionInfo connection, bool anyUser, ISocketsOwner owner,
        Func<Outgoing, IReadOnlyList<byte[]>> messages, MissedText missed, ZmtpEvents events) =>
#if NETMQ
        new NetMQSockets(owner, events.Faulted);
#else
        new ZmtpSockets(connection, anyUser, owner, messages, missed, events);
#endif
}
