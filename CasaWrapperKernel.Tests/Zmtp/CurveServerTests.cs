using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;
using CasaWrapperKernel.Zmtp.Security;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>The server's side of CURVE (RFC 25 and 26) against a client written from the RFC.</summary>
public sealed class CurveServerTests
{
    private const string PublicKey = "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID"; // the pair in libzmq's own tests
    private const string SecretKey = "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs";
    private static readonly CurveKeyPair Keys = CurveKeyPair.FromZ85(PublicKey, SecretKey);
    private static readonly byte[] Metadata = Bytes.Property("Socket-Type", Bytes.Text("DEALER"));

    private readonly RecordingOwner _owner = new();
    private readonly CurveClient _client = new(Keys.PublicKey);

    [Fact]
    public void Z85_is_that_of_its_specification()
    {
        Assert.Equal("HelloWorld", Z85.Encode([0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B]));
        Assert.Equal(PublicKey, Z85.Encode(Z85.Decode(PublicKey)));
        Assert.Throws<FormatException>(() => Z85.Decode("Hell"));
        Assert.Throws<FormatException>(() => Z85.Decode("Hell~"));
        Assert.Throws<FormatException>(() => Z85.Decode("#####"));
        Assert.Throws<FormatException>(() => CurveKeyPair.FromZ85(PublicKey, PublicKey));
    }

    [Fact]
    public void The_four_commands_lead_to_messages_both_ways()
    {
        var session = Open();
        Assert.Equal(["opened 4445414C4552 "], _owner.Told);
        session.Receive([.. _client.Message(1, Bytes.Text("A")), .. _client.Message(0, new byte[300])]);
        Assert.Equal("received 41 300 bytes", _owner.Told[^1]);
        session.Receive(_client.Message(2, [4, .. "PING"u8, 0, 0, 9]));
        Assert.Equal("pinged 04504F4E4709", _owner.Told[^1]);

        var encoded = session.Encode(new ZmtpMessage([[1, 2], new byte[1000]]));
        Assert.Equal([1, 1, 2], _client.Open(encoded[0].Span[2..])); // "more", and the frame
        Assert.Equal([0, .. new byte[1000]], _client.Open(encoded[1].Span[9..]));
    }

    [Fact]
    public void Who_does_not_know_the_servers_key_is_refused_at_hello() =>
        Refuses(new CurveClient(CurveKeyPair.Create().PublicKey).Hello(), "does not open");

    [Fact]
    public void Every_byte_of_hello_counts()
    {
        var hello = _client.Hello();
        for (var at = 2; at < hello.Length; at++)
        {
            if (at is < 9 or >= 82) // minor version and padding may be anything
            {
                var wrong = hello.ToArray();
                wrong[at] ^= 1;
                Assert.Throws<ZmtpException>(() => Start().Receive(wrong));
            }
        }
    }

    [Fact]
    public void A_cookie_or_a_vouch_of_another_connection_is_refused()
    {
        var session = Start();
        Greet(session);
        Assert.Contains("does not open", Assert.Throws<ZmtpException>(
            () => session.Receive(_client.Initiate(Metadata, cookie => cookie[20] ^= 1))).Message);
        session = Start();
        Greet(session);
        Assert.Contains("vouch", Assert.Throws<ZmtpException>(
            () => session.Receive(_client.Initiate(Metadata, vouchFor: new byte[32]))).Message);
    }

    [Fact]
    public void A_frame_that_comes_twice_or_was_changed_ends_the_session()
    {
        var session = Open();
        var message = _client.Message(0, [1]);
        session.Receive(message);
        Assert.Throws<ZmtpException>(() => session.Receive(message));
        message = _client.Message(0, [1]);
        message[^1] ^= 1;
        Assert.Throws<ZmtpException>(() => Open().Receive(message));
    }

    [Theory]
    [InlineData("000568656C6C6F")]
    [InlineData("04050450494E47")]
    public void Nothing_goes_unencrypted(string frame) =>
        Assert.Contains("not encrypted",
            Assert.Throws<ZmtpException>(() => Open().Receive(Convert.FromHexString(frame))).Message);

    private static void Refuses(byte[] command, string reason) =>
        Assert.Contains(reason,
            Assert.Throws<ZmtpException>(() => new CurveServerTests().Start().Receive(command)).Message);

    private Session Start()
    {
        var session =
            new Session(_owner, ZmtpSocketType.Router, new CurveServer(ZmtpSocketType.Router, Keys), new ZmtpLimits());
        session.Start();
        session.Receive(Bytes.Greeting("CURVE"));
        _owner.Written.Clear();
        return session;
    }

    private void Greet(Session session)
    {
        session.Receive(_client.Hello());
        Assert.Equal("04A80757454C434F4D45", Convert.ToHexString([.. _owner.Written.Take(10)])); // 168 bytes, WELCOME
        _client.Welcome([.. _owner.Written.Skip(10)]);
        _owner.Written.Clear();
    }

    private Session Open()
    {
        var session = Start();
        Greet(session);
        session.Receive(_client.Initiate(Metadata));
        Assert.Equal("055245414459", Convert.ToHexString([.. _owner.Written.Skip(2).Take(6)]));
        return session;
    }
}
