using System.Security.Cryptography;
using CasaWrapperKernel.Zmtp.Protocol;
using NaCl;

namespace CasaWrapperKernel.Zmtp.Security;

/// <summary>
/// The server's side of CURVE (RFC 26): HELLO, WELCOME, INITIATE, READY, then MESSAGE for every frame. Who knows the
/// server's public key is let in, as Jupyter wants it: the connection file with it is the user's alone.
/// In the names a prime is a key of this connection only.
/// </summary>
internal sealed class CurveServer(ZmtpSocketType type, CurveKeyPair server) : IMechanism
{
    private const int Key = CurveKeyPair.KeyLength;
    private const int Tag = 16;
    private const int HelloLength = 6 + 2 + 72 + Key + CurveNonce.ShortLength + 64 + Tag;
    private const int CookieLength = CurveNonce.LongLength + Key + Key + Tag;
    private const int VouchLength = CurveNonce.LongLength + Key + Key + Tag;

    private readonly CurveKeyPair _serverPrime = CurveKeyPair.Create();
    private readonly byte[] _cookieKey = RandomNumberGenerator.GetBytes(Key);
    private byte[]? _clientPrime;
    private CurveTraffic? _traffic;

    public string Name => "CURVE";

    public int Overhead => CurveTraffic.Overhead;

    public IEnumerable<byte[]> Begin() => [];

    public Metadata? Continue(ReadOnlySpan<byte> body, out byte[]? answer)
    {
        if (_clientPrime is null)
        {
            var welcome = Hello(body);
            answer = FrameWriter.Write(FrameFlags.Command, Command.Write("WELCOME"u8, welcome));
            return null;
        }

        var metadata = Initiate(body);
        answer = FrameWriter.Write(FrameFlags.Command, Command.Write("READY"u8, _traffic!.Ready(Metadata.Write(type))));
        return metadata;
    }

    public Frame Unwrap(Frame frame) => _traffic!.Unwrap(frame);

    public IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message) => _traffic!.Encode(message);

    private byte[] Hello(ReadOnlySpan<byte> body)
    {
        var command = Command.Parse(body);
        if (!command.Is("HELLO"u8) || body.Length != HelloLength || command.Data[0] != 1)
        {
            throw new ZmtpException("the peer's CURVE handshake does not begin with HELLO");
        }

        var data = command.Data[74..];
        var clientPrime = data[..Key].ToArray();
        using var box = new Curve25519XSalsa20Poly1305(server.SecretKey, clientPrime);
        Open(box, data[(Key + CurveNonce.ShortLength)..],
            CurveNonce.Of("CurveZMQHELLO---"u8, data.Slice(Key, CurveNonce.ShortLength)));
        _clientPrime = clientPrime;
        var number = CurveNonce.Random();
        return [.. number, .. Seal(box, [.. _serverPrime.PublicKey, .. Cookie()], CurveNonce.Of("WELCOME-"u8, number))];
    }

    private byte[] Cookie()
    {
        var number = CurveNonce.Random();
        using var box = new XSalsa20Poly1305(_cookieKey);
        return [.. number,
            .. Seal(box, [.. _clientPrime!, .. _serverPrime.SecretKey], CurveNonce.Of("COOKIE--"u8, number))];
    }

    private Metadata Initiate(ReadOnlySpan<byte> body)
    {
        const int Least = CookieLength + CurveNonce.ShortLength + Key + VouchLength + Tag;
        var command = Command.Parse(body);
        if (!command.Is("INITIATE"u8) || command.Data.Length < Least)
        {
            throw new ZmtpException("the peer's CURVE handshake does not go on with INITIATE");
        }

        CheckCookie(command.Data[..CookieLength]);
        var number = command.Data.Slice(CookieLength, CurveNonce.ShortLength);
        var box = new Curve25519XSalsa20Poly1305(_serverPrime.SecretKey, _clientPrime);
        ReadOnlySpan<byte> opened = Open(
            box, command.Data[(CookieLength + CurveNonce.ShortLength)..], CurveNonce.Of("CurveZMQINITIATE"u8, number));
        CheckVouch(opened[..Key], opened.Slice(Key, VouchLength));
        _traffic = new CurveTraffic(box, number);
        return Metadata.Parse(opened[(Key + VouchLength)..]);
    }

    private void CheckCookie(ReadOnlySpan<byte> cookie)
    {
        using var box = new XSalsa20Poly1305(_cookieKey);
        var opened =
            Open(box, cookie[CurveNonce.LongLength..], CurveNonce.Of("COOKIE--"u8, cookie[..CurveNonce.LongLength]));
        if (!CryptographicOperations.FixedTimeEquals(opened, [.. _clientPrime!, .. _serverPrime.SecretKey]))
        {
            throw new ZmtpException("the cookie of the CURVE handshake is not that of this connection");
        }
    }

    // The client's lasting key vouches for its key of this connection.
    private void CheckVouch(ReadOnlySpan<byte> client, ReadOnlySpan<byte> vouch)
    {
        using var box = new Curve25519XSalsa20Poly1305(_serverPrime.SecretKey, client);
        var opened =
            Open(box, vouch[CurveNonce.LongLength..], CurveNonce.Of("VOUCH---"u8, vouch[..CurveNonce.LongLength]));
        if (!CryptographicOperations.FixedTimeEquals(opened, [.. _clientPrime!, .. server.PublicKey]))
        {
            throw new ZmtpException("the vouch of the CURVE handshake is wrong");
        }
    }

    private static byte[] Seal(XSalsa20Poly1305 box, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> nonce)
    {
        var sealedBox = new byte[plain.Length + Tag];
        box.Encrypt(sealedBox, plain, nonce);
        return sealedBox;
    }

    private static byte[] Open(XSalsa20Poly1305 box, ReadOnlySpan<byte> sealedBox, ReadOnlySpan<byte> nonce)
    {
        var plain = new byte[sealedBox.Length - Tag];
        return box.TryDecrypt(plain, sealedBox, nonce) ? plain
            : throw new ZmtpException("a box of the CURVE handshake does not open");
    }
}
