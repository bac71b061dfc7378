using System.Buffers.Binary;
using CasaWrapperKernel.Zmtp.Security;
using NaCl;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>
/// The client's side of CURVE, written from RFC 26 for the tests, which also have to send what is wrong.
/// </summary>
internal sealed class CurveClient(byte[] serverKey)
{
    private readonly CurveKeyPair _lasting = CurveKeyPair.Create();
    private readonly CurveKeyPair _prime = CurveKeyPair.Create();
    private byte[] _serverPrime = [];
    private byte[] _cookie = [];
    private ulong _sent;

    public byte[] Hello()
    {
        var (number, nonce) = Next("CurveZMQHELLO---");
        return Bytes.Command("HELLO",
            [1, 0, .. new byte[72], .. _prime.PublicKey, .. number,
                .. Box(_prime.SecretKey, serverKey, new byte[64], nonce)]);
    }

    /// <summary>Takes the WELCOME command's data: a nonce of 16 bytes and a box of 144.</summary>
    public void Welcome(ReadOnlySpan<byte> data)
    {
        var plain = new byte[128];
        using var box = new Curve25519XSalsa20Poly1305(_prime.SecretKey, serverKey);
        Assert.True(box.TryDecrypt(plain, data[16..], [.. "WELCOME-"u8, .. data[..16]]));
        (_serverPrime, _cookie) = (plain[..32], plain[32..]);
    }

    public byte[] Initiate(byte[] metadata, Action<byte[]>? spoilCookie = null, byte[]? vouchFor = null)
    {
        spoilCookie?.Invoke(_cookie);
        var vouch =
            Box(_lasting.SecretKey, _serverPrime, [.. vouchFor ?? _prime.PublicKey, .. serverKey],
                [.. "VOUCH---"u8, .. new byte[16]]);
        var (number, nonce) = Next("CurveZMQINITIATE");
        byte[] plain = [.. _lasting.PublicKey, .. new byte[16], .. vouch, .. metadata];
        return Bytes.Command("INITIATE", [.. _cookie, .. number, .. Box(_prime.SecretKey, _serverPrime, plain, nonce)]);
    }

    /// <summary>A frame of user data; <paramref name="flags"/> are those inside of the box.</summary>
    public byte[] Message(byte flags, byte[] body)
    {
        var (number, nonce) = Next("CurveZMQMESSAGEC");
        return Bytes.Frame(0,
            [7, .. "MESSAGE"u8, .. number, .. Box(_prime.SecretKey, _serverPrime, [flags, .. body], nonce)]);
    }

    /// <summary>Opens the body of the server's MESSAGE.</summary>
    public byte[] Open(ReadOnlySpan<byte> body)
    {
        var plain = new byte[body.Length - 32];
        using var box = new Curve25519XSalsa20Poly1305(_prime.SecretKey, _serverPrime);
        Assert.True(box.TryDecrypt(plain, body[16..], [.. "CurveZMQMESSAGES"u8, .. body[8..16]]));
        return plain;
    }

    private (byte[] Number, byte[] Nonce) Next(string prefix)
    {
        var number = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(number, ++_sent);
        return (number, [.. Bytes.Text(prefix), .. number]);
    }

    private static byte[] Box(byte[] secret, byte[] publicKey, byte[] plain, byte[] nonce)
    {
        var sealedBox = new byte[plain.Length + 16];
        using var box = new Curve25519XSalsa20Poly1305(secret, publicKey);
        box.Encrypt(sealedBox, (ReadOnlySpan<byte>)plain, nonce);
        return sealedBox;
    }
}
