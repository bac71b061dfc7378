using System.Buffers.Binary;
using System.Text;

namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>ZeroMQ's base-85 encoding (RFC 32): five characters for four bytes.</summary>
public static class Z85
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    /// <param name="bytes">A multiple of four bytes.</param>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length % 4, 0);
        var text = new StringBuilder(bytes.Length / 4 * 5);
        for (; bytes.Length > 0; bytes = bytes[4..])
        {
            var value = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            for (var divisor = 85u * 85 * 85 * 85; divisor > 0; divisor /= 85)
            {
                text.Append(Alphabet[(int)(value / divisor % 85)]);
            }
        }

        return text.ToString();
    }

    /// <exception cref="FormatException">The text is no Z85.</exception>
    public static byte[] Decode(string text)
    {
        if (text.Length % 5 != 0)
        {
            throw new FormatException("the length of a Z85 text is a multiple of five");
        }

        var bytes = new byte[text.Length / 5 * 4];
        for (var block = 0; block < text.Length / 5; block++)
        {
            ulong value = 0;
            foreach (var character in text.AsSpan(block * 5, 5))
            {
                var digit = Alphabet.IndexOf(character);
                value = digit < 0 ? throw new FormatException("a character is not of Z85") : (value * 85)
                    + (ulong)digit;
            }

            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(block * 4), value <= uint.MaxValue
                ? (uint)value
                : throw new FormatException("five characters hold more than four bytes"));
        }

        return bytes;
    }
}
