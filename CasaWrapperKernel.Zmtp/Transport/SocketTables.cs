using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace CasaWrapperKernel.Zmtp.Transport;

internal enum SocketOwnerKind
{
    /// <summary>The user is known.</summary>
    User,

    /// <summary>The other end has been closed: nobody is there, and its line says root.</summary>
    Closed,

    /// <summary>No line, or a user from outside of this user namespace.</summary>
    Unknown,
}

/// <summary>Whose a socket is.</summary>
internal readonly record struct SocketOwner(SocketOwnerKind Kind, uint User = 0);

/// <summary>
/// /proc/net/tcp and tcp6, one line for each TCP socket of this network namespace; each is read when it is first
/// needed.
/// </summary>
internal sealed class SocketTables(Func<byte[]> readTcp, Func<byte[]> readTcp6)
{
    // Fields of a line behind the two addresses: st, tx:rx, tr:tm, retrnsmt, uid, timeout, inode.
    private const int UserField = 4;
    private const int InodeField = 6;
    private const int MostLine = 200;

    private static readonly uint? Overflow = ReadOverflow();

    private readonly Lazy<byte[]> _tcp = new(readTcp);
    private readonly Lazy<byte[]> _tcp6 = new(readTcp6);

    /// <summary>The tables as they are from now on.</summary>
    public static SocketTables Now() => new(() => ReadTable("tcp"), () => ReadTable("tcp6"));

    /// <summary>
    /// The user of the socket whose own address is <paramref name="peer"/> and that is connected to <paramref
    /// name="own"/>.
    /// </summary>
    public SocketOwner Find(IPEndPoint peer, IPEndPoint own)
    {
        // A socket for IPv6 that speaks with an IPv4 address is in the other table, and the other way round.
        var four = peer.Address.AddressFamily == AddressFamily.InterNetwork || peer.Address.IsIPv4MappedToIPv6;
        return (four ? Find(_tcp.Value, Format(peer, mapped: false), Format(own, mapped: false)) : null)
            ?? Find(_tcp6.Value, Format(peer, mapped: true), Format(own, mapped: true))
            ?? new SocketOwner(SocketOwnerKind.Unknown);
    }

    /// <summary>In a user namespace, users from outside have one number in common, which says nothing.</summary>
    public static SocketOwner OwnerOf(uint user) =>
        new(user == Overflow ? SocketOwnerKind.Unknown : SocketOwnerKind.User, user);

    private static SocketOwner? Find(ReadOnlySpan<byte> table, string peer, string own)
    {
        var at = table.IndexOf(Encoding.ASCII.GetBytes($" {peer} {own} "));
        if (at < 0)
        {
            return null;
        }

        var line = table.Slice(at, Math.Min(MostLine, table.Length - at));
        var fields = Encoding.ASCII.GetString(line[(peer.Length + own.Length + 3)..])
            .Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length <= InodeField
            || !uint.TryParse(fields[UserField], CultureInfo.InvariantCulture, out var user) ? null
            : fields[InodeField] == "0" ? new SocketOwner(SocketOwnerKind.Closed)
            : OwnerOf(user);
    }

    // Each group of four bytes is a number of this machine, in hexadecimal.
    private static string Format(IPEndPoint end, bool mapped)
    {
        var address = mapped ? end.Address.MapToIPv6() : end.Address.IsIPv4MappedToIPv6 ? end.Address.MapToIPv4()
            : end.Address;
        var text = new StringBuilder();
        var bytes = address.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i += 4)
        {
            text.Append(CultureInfo.InvariantCulture, $"{BitConverter.ToUInt32(bytes, i):X8}");
        }

        return text.Append(CultureInfo.InvariantCulture, $":{end.Port:X4}").ToString();
    }

    private static byte[] ReadTable(string name)
    {
        try
        {
            return File.ReadAllBytes($"/proc/net/{name}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static uint? ReadOverflow()
    {
        try
        {
            // The initial namespace maps all 4,294,967,295 users onto themselves.
            var isInitial =
                File.ReadAllText("/proc/self/uid_map").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                is ["0", "0", "4294967295"];
            return isInitial ? null
                : uint.Parse(File.ReadAllText("/proc/sys/kernel/overflowuid"), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
