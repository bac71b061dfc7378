using CasaWrapperKernel.Zmtp;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>Frames, bytes as ZMTP 23 has them ("Framing").</summary>
public sealed class FrameTests
{
    [Fact]
    public void Messages_are_written_as_the_specification_has_them()
    {
        Assert.Equal("0101410000", Written("A"u8.ToArray(), []));
        var body = new byte[255];
        Assert.Equal("00FF" + Convert.ToHexString(body), Written(body));
        body = new byte[256];
        Assert.Equal("020000000000000100" + Convert.ToHexString(body), Written(body));
        var large = new byte[20_000]; // leaves without a copy
        Assert.Equal("0101AA" + "030000000000004E20" + Convert.ToHexString(large) + "0001BB",
            Written([0xAA], large, [0xBB]));
    }

    [Fact]
    public void What_is_written_is_read_however_it_is_cut()
    {
        byte[][] bodies = [[], [1], new byte[255], new byte[256], new byte[300_000]];
        byte[] sent = [.. bodies.SelectMany(body => Bytes.Frame(0, body))];
        foreach (var step in (int[])[1, 7, 4096, sent.Length])
        {
            var reader = new FrameReader { MostBytes = 300_000 };
            var read = new List<byte[]>();
            for (var at = 0; at < sent.Length; at += step)
            {
                ReadOnlySpan<byte> piece = sent.AsSpan(at, Math.Min(step, sent.Length - at));
                while (reader.TryRead(ref piece, out var frame))
                {
                    read.Add(frame.Body);
                }
            }

            Assert.Equal(bodies, read);
            Assert.Equal(0, reader.Unfinished);
        }
    }

    [Theory]
    [InlineData("0005", "longer than 4")]
    [InlineData("020000000000000005", "longer than 4")]
    [InlineData("02FFFFFFFFFFFFFFFF", "longer than 4")]
    [InlineData("0411", "longer than 16")]
    [InlineData("08", "reserved")]
    [InlineData("80", "reserved")]
    [InlineData("0505", "more than one frame")]
    public void Headers_that_may_not_be_are_refused_before_their_bodies(string header, string reason)
    {
        var reader = new FrameReader { MostBytes = 4, MostCommandBytes = 16 };
        var bytes = Convert.FromHexString(header);
        Assert.Contains(reason, Assert.Throws<ZmtpException>(() =>
        {
            ReadOnlySpan<byte> input = bytes;
            reader.TryRead(ref input, out _);
        }).Message);
    }

    [Fact]
    public void A_claimed_length_takes_no_memory()
    {
        var reader = new FrameReader { MostBytes = 1 << 30 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        ReadOnlySpan<byte> input = Convert.FromHexString("020000000040000000");
        Assert.False(reader.TryRead(ref input, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static string Written(params byte[][] frames) =>
        string.Concat(new ZmtpMessage(frames).Encoded.Select(piece => Convert.ToHexString(piece.Span)));
}
