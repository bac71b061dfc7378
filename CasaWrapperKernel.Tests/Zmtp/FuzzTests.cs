using System.Globalization;
using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;
using CasaWrapperKernel.Zmtp.Security;
using CsCheck;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>
/// Whatever bytes come, however they are cut: a session goes on or ends with a <see cref="ZmtpException"/>, keeps no
/// more
/// than its limits, and means the same. Five seconds each; CASA_KERNEL_FUZZ_SECONDS says for how long instead.
/// </summary>
public sealed class FuzzTests
{
    private static readonly int Seconds = int.Parse(
        Environment.GetEnvironmentVariable("CASA_KERNEL_FUZZ_SECONDS") ?? "5", CultureInfo.InvariantCulture);

    private static readonly ZmtpLimits Limits = new() { MessageBytes = 4096, MessageFrames = 8, CommandBytes = 600 };
    private static readonly CurveKeyPair Keys = CurveKeyPair.Create();
    private static readonly Gen<ZmtpSocketType> Types = Gen.Enum<ZmtpSocketType>();
    private static readonly string[] Names = ["DEALER", "REQ", "ROUTER", "SUB", "XSUB", "ODD", ""];

    private static readonly Gen<byte[]> Body = Gen.Frequency(
        (8, Gen.Byte.Array[0, 40]), (1, Gen.Byte.Array[250, 260]), (1, Gen.Byte.Array[500, 700]));

    private static readonly Gen<byte[]> Piece = Gen.OneOf(
        Gen.Select(Of(0, 1, 4, 5), Body, (flags, body) => Bytes.Frame((byte)flags, body)),
        Of(Names).Select(name => Bytes.Ready(name, "me")),
        Gen.Select(Of("SUBSCRIBE", "CANCEL", "PING", "PONG", "ERROR", "READY", "X"), Body, Bytes.Command),
        Body.Select(body => Bytes.Frame(0, [1, .. body])),
        Gen.Byte.Array[0, 12]);

    private static readonly Gen<byte[]> Stream =
        from greeting in Gen.Frequency((9, Gen.Const(Bytes.Greeting())), (1, Gen.Byte.Array[0, 70]))
        from name in Gen.Frequency((9, Of(Names).Select(name => Bytes.Ready(name))), (1, Piece))
        from pieces in Piece.Array[0, 12]
        from flips in Gen.Select(Gen.Int[0, 2000], Gen.Byte).Array[0, 2]
        select Flip([.. greeting, .. name, .. pieces.SelectMany(piece => piece)], flips);

    [Fact]
    public void Any_bytes_mean_the_same_however_they_are_cut() =>
        Gen.Select(Types, Stream, Gen.Int[1, 90].Array[1, 6]).Sample((type, stream, cuts) =>
        {
            var whole = Run(new NullMechanism(type), type, stream, [stream.Length]);
            return whole == Run(new NullMechanism(type), type, stream, cuts);
        }, time: Seconds, threads: 1);

    [Fact]
    public void Any_handshake_of_CURVE_ends_or_goes_on() =>
        Gen.Select(Types, Piece.Array[0, 4], Gen.Select(Gen.Int[0, 500], Gen.Byte).Array[0, 2],
            Gen.Bool).Sample((type, pieces, flips, hello) =>
        {
            byte[] first = hello ? Flip(new CurveClient(Keys.PublicKey).Hello(), flips) : [];
            Run(new CurveServer(type, Keys), type,
                [.. Bytes.Greeting("CURVE"), .. first, .. pieces.SelectMany(piece => piece)], [100]);
        }, time: Seconds, threads: 1);

    [Fact]
    public void Any_frame_after_the_handshake_of_CURVE_ends_or_goes_on() =>
        Gen.Select(Gen.Byte, Body, Gen.Select(Gen.Int[0, 700], Gen.Byte).Array[0, 1]).Sample((flags, body, flips) =>
        {
            var owner = new RecordingOwner();
            var session =
                new Session(owner, ZmtpSocketType.Router, new CurveServer(ZmtpSocketType.Router, Keys), Limits);
            var client = new CurveClient(Keys.PublicKey);
            session.Receive([.. Bytes.Greeting("CURVE"), .. client.Hello()]);
            client.Welcome([.. owner.Written.Skip(10)]);
            session.Receive(client.Initiate(Bytes.Ready("DEALER")[8..]));
            Assert.True(session.IsOpen);
            Feed(session, Flip(client.Message(flags, body), flips), [50]);
        }, time: Seconds, threads: 1);

    private static Gen<T> Of<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(at => values[at]);

    private static byte[] Flip(byte[] bytes, (int At, byte With)[] flips)
    {
        foreach (var (at, with) in flips)
        {
            if (at < bytes.Length)
            {
                bytes[at] ^= with;
            }
        }

        return bytes;
    }

    private static string Run(IMechanism mechanism, ZmtpSocketType type, byte[] stream, int[] cuts)
    {
        var owner = new RecordingOwner();
        var session = new Session(owner, type, mechanism, Limits);
        session.Start();
        return Feed(session, stream, cuts) + string.Join('\n', owner.Told);
    }

    private static string Feed(Session session, byte[] stream, int[] cuts)
    {
        try
        {
            for (var (at, turn) = (0, 0); at < stream.Length; turn++)
            {
                var length = Math.Min(cuts[turn % cuts.Length], stream.Length - at);
                session.Receive(stream.AsSpan(at, length));
                at += length;
                Assert.InRange(session.Unfinished, 0, Limits.MessageBytes + Limits.CommandBytes);
            }

            return "";
        }
        catch (ZmtpException e)
        {
            return e.Message;
        }
    }
}
