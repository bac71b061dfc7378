using System.Buffers.Binary;

namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>
/// What a peer says of itself when the handshake ends: its socket type, and its identity if it has one.
/// </summary>
internal sealed record Metadata(byte[] SocketType, byte[] Identity)
{
    private const int MostIdentityBytes = 255;

    /// <summary>
    /// Reads properties (ZMTP 23, "Metadata"). Names are compared without regard to case; unknown ones are passed
    /// over.
    /// </summary>
    /// <exception cref="ZmtpException">They are malformed, or what they say cannot be.</exception>
    public static Metadata Parse(ReadOnlySpan<byte> properties)
    {
        byte[]? socketType = null;
        byte[] identity = [];
        while (properties.Length > 0)
        {
            var name = Take(ref properties, properties[0], headerLength: 1);
            if (name.Length == 0 || properties.Length < 4)
            {
                throw new ZmtpException("a property has no name or no value");
            }

            var value = Take(ref properties, BinaryPrimitives.ReadUInt32BigEndian(properties), headerLength: 4);
            if (System.Text.Ascii.EqualsIgnoreCase(name, "Socket-Type"u8))
            {
                socketType = value.ToArray();
            }
            else if (System.Text.Ascii.EqualsIgnoreCase(name, "Identity"u8))
            {
                identity = value.ToArray();
            }
        }

        // Identities that begin with zero are those that a router gives.
        return identity is [0, ..] or { Length: > MostIdentityBytes }
            ? throw new ZmtpException("the peer's identity is none that it may give itself")
            : new Metadata(socketType ?? throw new ZmtpException("the peer does not say its socket type"), identity);
    }

    public static byte[] Write(ZmtpSocketType type) =>
        [.. Property("Socket-Type"u8, type.Name()), .. Property("Identity"u8, [])];

    private static byte[] Property(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, value.Length);
        return [(byte)name.Length, .. name, .. length, .. value];
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> from, uint length, int headerLength)
    {
        if (length > from.Length - headerLength)
        {
            throw new ZmtpException("a property is longer than its command");
        }

        var taken = from.Slice(headerLength, (int)length);
        from = from[(headerLength + (int)length)..];
        return taken;
    }
}
