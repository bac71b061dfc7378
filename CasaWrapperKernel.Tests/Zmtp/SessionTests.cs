using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;
using CasaWrapperKernel.Zmtp.Security;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>From greeting to messages without a socket, with NULL (ZMTP 23).</summary>
public sealed class SessionTests
{
    private readonly RecordingOwner _owner = new();

    [Fact]
    public void Both_sides_greet_and_say_ready()
    {
        var session = Start(ZmtpSocketType.Router);
        Assert.Equal(Greeting.Length, _owner.Written.Count);
        session.Receive(Bytes.Greeting());
        Assert.Equal(
            "0429" + "055245414459" + "0B536F636B65742D54797065" + "00000006" + "524F55544552" + "084964656E74697479" + "00000000",
            Convert.ToHexString([.. _owner.Written.Skip(Greeting.Length)]));
        session.Receive(Bytes.Ready("DEALER", "me"));
        Assert.Equal(["opened 4445414C4552 6D65"], _owner.Told);
        Assert.True(session.IsOpen);
    }

    [Theory]
    [InlineData(ZmtpSocketType.Router, "DEALER", true)]
    [InlineData(ZmtpSocketType.Router, "REQ", true)]
    [InlineData(ZmtpSocketType.Router, "ROUTER", true)]
    [InlineData(ZmtpSocketType.Router, "SUB", false)]
    [InlineData(ZmtpSocketType.XPub, "SUB", true)]
    [InlineData(ZmtpSocketType.XPub, "XSUB", true)]
    [InlineData(ZmtpSocketType.XPub, "DEALER", false)]
    [InlineData(ZmtpSocketType.Rep, "REQ", true)]
    [InlineData(ZmtpSocketType.Rep, "DEALER", true)]
    [InlineData(ZmtpSocketType.Rep, "ODD", false)]
    public void Only_types_that_belong_together_speak(ZmtpSocketType type, string peer, bool fits)
    {
        var session = Start(type);
        byte[] sent = [.. Bytes.Greeting(), .. Bytes.Ready(peer)];
        if (fits)
        {
            session.Receive(sent);
        }
        else
        {
            Assert.Contains("type", Assert.Throws<ZmtpException>(() => session.Receive(sent)).Message);
        }

        Assert.Equal(fits, session.IsOpen);
    }

    [Theory]
    [InlineData("0400", "no name")]
    [InlineData("040105", "no name")]
    [InlineData("04060552454144" + "58", "READY")]
    [InlineData("0406055245414459", "socket type")]
    [InlineData("0409055245414459" + "0B536F", "longer than its command")]
    [InlineData("0416055245414459" + "0B536F636B65742D54797065" + "FFFFFFFF", "longer than its command")]
    [InlineData("04070552454144590" + "0", "no name")]
    [InlineData("0005" + "68656C6C6F", "longer than 0")]
    [InlineData("0000", "before the end of the handshake")]
    [InlineData("06FFFFFFFFFFFFFFFF", "longer than 4096")]
    [InlineData("040B054552524F52" + "0568656C6C", "READY")]
    public void A_wrong_handshake_ends_the_session(string command, string reason)
    {
        var session = Start(ZmtpSocketType.Router);
        session.Receive(Bytes.Greeting());
        Assert.Contains(reason,
            Assert.Throws<ZmtpException>(() => session.Receive(Convert.FromHexString(command))).Message);
    }

    [Theory]
    [InlineData("\0me")]
    [InlineData("256")]
    public void A_peer_cannot_have_every_identity(string identity)
    {
        var session = Start(ZmtpSocketType.Router);
        session.Receive(Bytes.Greeting());
        var sent = Bytes.Ready("DEALER", identity == "256" ? new string('i', 256) : identity);
        Assert.Contains("identity", Assert.Throws<ZmtpException>(() => session.Receive(sent)).Message);
    }

    [Fact]
    public void Subscriptions_come_as_messages_and_as_commands()
    {
        var session = Open(ZmtpSocketType.XPub, "SUB");
        session.Receive(Bytes.Frame(0, [1, .. Bytes.Text("a")]));
        session.Receive(Bytes.Frame(0, [0, .. Bytes.Text("a")]));
        session.Receive(Bytes.Command("SUBSCRIBE", Bytes.Text("b")));
        session.Receive(Bytes.Command("CANCEL", Bytes.Text("b")));
        session.Receive(Bytes.Command("SUBSCRIBE", []));
        Assert.Equal(["subscribed 61", "unsubscribed 61", "subscribed 62", "unsubscribed 62", "subscribed "], _owner.Told);
    }

    [Theory]
    [InlineData("00020178")]
    [InlineData("0000")]
    [InlineData("01020178")]
    public void A_subscriber_sends_nothing_else(string frame)
    {
        var session = Open(ZmtpSocketType.XPub, "XSUB");
        var sent = Convert.FromHexString(frame);
        if (sent[1] > 0)
        {
            sent[2] = (byte)(sent[0] == 1 ? 1 : 2);
        }

        Assert.Contains("something else", Assert.Throws<ZmtpException>(() => session.Receive(sent)).Message);
    }

    [Fact]
    public void Topics_have_a_longest()
    {
        var most = new ZmtpLimits().TopicBytes;
        var session = Open(ZmtpSocketType.XPub, "SUB");
        session.Receive(Bytes.Frame(0, [1, .. new byte[most]]));
        session.Receive(Bytes.Command("SUBSCRIBE", new byte[most]));
        Assert.Throws<ZmtpException>(() => session.Receive(Bytes.Command("SUBSCRIBE", new byte[most + 1])));
        Assert.Throws<ZmtpException>(() =>
            Open(ZmtpSocketType.XPub, "SUB").Receive(Bytes.Frame(0, [1, .. new byte[most + 1]])));
        Assert.Throws<ZmtpException>(() => Open(ZmtpSocketType.XPub, "SUB").Receive(Bytes.Frame(0, new byte[100_000])));
    }

    [Fact]
    public void A_ping_is_answered_with_its_context()
    {
        var session = Open(ZmtpSocketType.Router, "DEALER");
        session.Receive(Bytes.Command("PING", [0, 10, 7, 8]));
        session.Receive(Bytes.Command("PONG", []));
        session.Receive(Bytes.Command("UNKNOWN", [1, 2]));
        Assert.Equal(["pinged 04504F4E470708"], _owner.Told);
        Assert.Throws<ZmtpException>(() => session.Receive(Bytes.Command("PING", [0])));
        Assert.Throws<ZmtpException>(() => session.Receive(Bytes.Command("PING", new byte[19])));
        Assert.Throws<ZmtpException>(() => session.Receive(Bytes.Command("ERROR", [0])));
    }

    [Fact]
    public void Messages_have_a_largest_and_a_most_of_frames()
    {
        var limits = new ZmtpLimits { MessageBytes = 10, MessageFrames = 3 };
        Open(ZmtpSocketType.Router, "DEALER",
            limits).Receive([.. Bytes.Frame(1, new byte[4]), .. Bytes.Frame(0, new byte[6])]);
        Assert.Equal(["received 00000000 000000000000"], _owner.Told);
        Refuses([.. Bytes.Frame(1, new byte[4]), .. Bytes.Frame(0, new byte[7])], "longer than 6");
        Refuses([.. Bytes.Frame(1, []), .. Bytes.Frame(1, []), .. Bytes.Frame(1, [])], "more than 3 frames");

        void Refuses(byte[] sent, string reason) => Assert.Contains(
            reason, Assert.Throws<ZmtpException>(() =>
                Open(ZmtpSocketType.Router, "DEALER", limits).Receive(sent)).Message);
    }

    private Session Start(ZmtpSocketType type, ZmtpLimits? limits = null)
    {
        var session = new Session(_owner, type, new NullMechanism(type), limits ?? new ZmtpLimits());
        session.Start();
        return session;
    }

    private Session Open(ZmtpSocketType type, string peer, ZmtpLimits? limits = null)
    {
        var session = Start(type, limits);
        session.Receive([.. Bytes.Greeting(), .. Bytes.Ready(peer)]);
        _owner.Told.Clear();
        return session;
    }
}
