using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>Turns ZeroMQ's way of writing addresses into the system's.</summary>
internal static class Endpoint
{
    private const string Tcp = "tcp://";
    private const string Ipc = "ipc://";

    /// <exception cref="FormatException">The text is no endpoint.</exception>
    /// <exception cref="SocketException">The name of a host is not known.</exception>
    public static EndPoint Parse(string endpoint)
    {
        if (endpoint.StartsWith(Ipc, StringComparison.Ordinal) && endpoint.Length > Ipc.Length)
        {
            return new UnixDomainSocketEndPoint(endpoint[Ipc.Length..]);
        }

        var colon = endpoint.LastIndexOf(':');
        if (!endpoint.StartsWith(Tcp, StringComparison.Ordinal) || colon <= Tcp.Length
            || !ushort.TryParse(endpoint.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture,
                out var port))
        {
            throw new FormatException("it is not tcp://ADDRESS:PORT, with a port from 0 to 65535, nor ipc://PATH");
        }

        return new IPEndPoint(Address(endpoint[Tcp.Length..colon].Trim('[', ']')), port);
    }

    private static IPAddress Address(string host) =>
        host == "*" ? IPAddress.Any
        : IPAddress.TryParse(host, out var address) ? address
        : Dns.GetHostAddresses(host).OrderBy(found =>
            found.AddressFamily == AddressFamily.InterNetwork ? 0 : 1).First();
}
