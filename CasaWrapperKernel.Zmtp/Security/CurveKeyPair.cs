namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>A pair of Curve25519 keys of 32 bytes each.</summary>
public sealed record CurveKeyPair(byte[] PublicKey, byte[] SecretKey)
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 32;

    /// <summary>A new pair.</summary>
    public static CurveKeyPair Create()
    {
        var (secret, pub) = (new byte[KeyLength], new byte[KeyLength]);
        System.Security.Cryptography.RandomNumberGenerator.Fill(secret);
        NaCl.Curve25519.ScalarMultiplicationBase(pub, secret);
        return new CurveKeyPair(pub, secret);
    }

    /// <summary>The pair as connection files hold it, in Z85.</summary>
    /// <exception cref="FormatException">One of them is no Z85 key, or the two do not belong together.</exception>
    public static CurveKeyPair FromZ85(string publicKey, string secretKey)
    {
        var (pub, secret) = (Z85.Decode(publicKey), Z85.Decode(secretKey));
        if (pub.Length != KeyLength || secret.Length != KeyLength)
        {
            throw new FormatException("a key is not 40 characters long");
        }

        var expected = new byte[KeyLength];
        NaCl.Curve25519.ScalarMultiplicationBase(expected, secret);
        return expected.AsSpan().SequenceEqual(pub)
            ? new CurveKeyPair(pub, secret)
            : throw new FormatException("the public key does not belong to the secret key");
    }

    /// <summary>Names the public key only.</summary>
    public override string ToString() => $"{Z85.Encode(PublicKey)} (secret key ****)";
}
