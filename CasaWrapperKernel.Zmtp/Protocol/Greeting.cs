namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>The first 64 bytes of each side (ZMTP 37, "Greeting"): signature, version, mechanism, role.</summary>
internal static class Greeting
{
    public const int Length = 64;
    private const int SignatureLength = 10;
    private const int Version = 10;
    private const int Mechanism = 12;
    private const int MechanismLength = 20;
    private const int AsServer = 32;

    /// <summary>Our greeting, ZMTP 3.1.</summary>
    public static byte[] Write(string mechanism, bool asServer)
    {
        var greeting = new byte[Length];
        (greeting[0], greeting[9]) = (0xFF, 0x7F);
        (greeting[Version], greeting[Version + 1]) = (3, 1);
        System.Text.Encoding.ASCII.GetBytes(mechanism, greeting.AsSpan(Mechanism));
        greeting[AsServer] = (byte)(asServer ? 1 : 0);
        return greeting;
    }

    /// <summary>
    /// Checks what has come of the peer's greeting, so that a wrong one ends at its first wrong byte.
    /// </summary>
    /// <exception cref="ZmtpException">It is no ZMTP 3 peer, or one of another mechanism.</exception>
    public static void Check(ReadOnlySpan<byte> greeting, string mechanism)
    {
        if (greeting.Length > 0 && greeting[0] != 0xFF)
        {
            throw new ZmtpException("the peer does not speak ZMTP 2 or later");
        }

        if (greeting.Length >= SignatureLength && (greeting[SignatureLength - 1] & 1) == 0)
        {
            throw new ZmtpException("the signature of the greeting is wrong");
        }

        if (greeting.Length > Version && greeting[Version] < 3)
        {
            throw new ZmtpException("the peer speaks ZMTP 2; version 3 is needed");
        }

        if (greeting.Length == Length)
        {
            CheckMechanism(greeting.Slice(Mechanism, MechanismLength), greeting[AsServer], mechanism);
        }
    }

    private static void CheckMechanism(ReadOnlySpan<byte> given, byte asServer, string wanted)
    {
        Span<byte> expected = stackalloc byte[MechanismLength];
        expected.Clear();
        System.Text.Encoding.ASCII.GetBytes(wanted, expected);
        if (!given.SequenceEqual(expected))
        {
            throw new ZmtpException($"the peer's security mechanism is not {wanted}");
        }

        if (wanted != "NULL" && asServer != 0)
        {
            throw new ZmtpException("the peer wants to be the server of the security mechanism as well");
        }
    }
}
