using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>The first 64 bytes (ZMTP 37, "Greeting").</summary>
public sealed class GreetingTests
{
    [Theory]
    [InlineData("NULL", false, "FF00000000000000007F0301" + "4E554C4C00000000000000000000000000000000" + "00")]
    [InlineData("CURVE", true, "FF00000000000000007F0301" + "4355525645000000000000000000000000000000" + "01")]
    public void Ours_is_that_of_version_3_1(string mechanism, bool asServer, string beginning) =>
        Assert.Equal(beginning.PadRight(128, '0'), Convert.ToHexString(Greeting.Write(mechanism, asServer)));

    [Theory]
    [InlineData(3, 0)] // NetMQ, libzmq 4.1
    [InlineData(3, 1)]
    [InlineData(4, 7)] // a newer peer has to speak our version
    public void A_peer_of_version_3_or_later_is_welcome(byte major, byte minor) =>
        Greeting.Check(Bytes.Greeting(major: major, minor: minor), "NULL");

    [Fact]
    public void Every_beginning_of_a_right_greeting_is_right()
    {
        var greeting = Bytes.Greeting();
        for (var length = 0; length <= greeting.Length; length++)
        {
            Greeting.Check(greeting.AsSpan(0, length), "NULL");
        }
    }

    [Theory]
    [InlineData("00", "does not speak ZMTP")] // version 1 begins with a length
    [InlineData("474554202F20485454502F312E31", "does not speak ZMTP")] // GET / HTTP/1.1
    [InlineData("FF00000000000000017E", "signature")]
    [InlineData("FF00000000000000017F01", "speaks ZMTP 2")]
    public void Others_are_refused_at_the_first_wrong_byte(string bytes, string reason)
    {
        var sent = Convert.FromHexString(bytes);
        Assert.Contains(reason, Assert.Throws<ZmtpException>(() => Greeting.Check(sent, "NULL")).Message);
    }

    [Theory]
    [InlineData("PLAIN", 0)]
    [InlineData("CURVE", 0)]
    [InlineData("NULLX", 0)]
    [InlineData("", 0)]
    public void The_mechanism_must_be_the_same(string mechanism, byte asServer) =>
        Assert.Contains("mechanism", Assert.Throws<ZmtpException>(
            () => Greeting.Check(Bytes.Greeting(mechanism, asServer: asServer), "NULL")).Message);

    [Fact]
    public void Two_servers_do_not_speak_with_each_other() =>
        Assert.Contains("server", Assert.Throws<ZmtpException>(
            () => Greeting.Check(Bytes.Greeting("CURVE", asServer: 1), "CURVE")).Message);
}
