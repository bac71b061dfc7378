using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>
/// The 24 bytes that make each box unlike any other (RFC 26): a prefix that names its purpose, and a number.
/// </summary>
internal static class CurveNonce
{
    public const int Length = 24;
    public const int ShortLength = 8;
    public const int LongLength = 16;

    public static byte[] Of(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> number) =>
        prefix.Length + number.Length == Length ? [.. prefix, .. number]
            : throw new ArgumentException("a nonce has 24 bytes");

    public static byte[] Of(ReadOnlySpan<byte> prefix, ulong number)
    {
        var bytes = new byte[ShortLength];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, number);
        return Of(prefix, bytes);
    }

    public static byte[] Random() => RandomNumberGenerator.GetBytes(LongLength);
}
