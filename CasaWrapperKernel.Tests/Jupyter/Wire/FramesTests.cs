using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class FramesTests
{
    private readonly Frames _frames = new(new Signer("hmac-sha256", Golden.Key), "session-of-the-kernel");

    [Fact]
    public void Reads_what_jupyter_client_wrote()
    {
        var message = _frames.Read(Golden.Frames());
        Assert.Equal("execute_request", message.Type);
        Assert.Equal("5f0a-31_18521_0", message.Header.MsgId);
        Assert.Equal("5f0a-31", message.Header.Session);
        Assert.Equal("anna", message.Header.Username);
        Assert.Equal("2026-11-24T13:43:33.660501Z", message.Header.Date);
        Assert.Equal(Golden.Header, message.HeaderJson);
        Assert.Equal(Golden.Metadata, message.Metadata);
        Assert.Equal(Golden.Content, message.Content);
        Assert.Equal([Golden.Identity], message.Identities);
        Assert.Empty(message.Buffers);
        var content = Json.Read(message.Content, WireJson.Default.ExecuteRequest)!;
        Assert.Equal("print('Grüße, 27 ✓')\n", content.Code);
        Assert.False(content.StopOnError);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Takes_any_number_of_identities(int count)
    {
        var frames = Golden.Frames();
        frames.RemoveAt(0);
        frames.InsertRange(0, Enumerable.Repeat(Golden.Identity, count));
        Assert.Equal(Enumerable.Repeat(Golden.Identity, count), _frames.Read(frames).Identities);
    }

    [Fact]
    public void Buffers_are_not_part_of_the_signature()
    {
        var frames = Golden.Frames();
        frames.AddRange([[0, 255], []]);
        Assert.Equal([[0, 255], []], _frames.Read(frames).Buffers);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_change_in_any_JSON_frame_is_noticed(int frame)
    {
        var frames = Golden.Frames();
        frames[frame] = [.. frames[frame], (byte)' '];
        Assert.Contains("signature", Refused(frames));
    }

    [Fact]
    public void The_signature_is_checked_before_the_header_is_parsed()
    {
        var frames = Golden.Frames();
        frames[3] = "no JSON"u8.ToArray();
        Assert.Contains("signature", Refused(frames));
    }

    [Fact]
    public void A_message_without_delimiter_is_refused()
    {
        var frames = Golden.Frames();
        frames.RemoveAt(1);
        Assert.Contains("<IDS|MSG>", Refused(frames));
        Assert.Contains("<IDS|MSG>", Refused([]));
    }

    [Fact]
    public void A_message_with_too_few_frames_is_refused()
    {
        for (var count = 2; count < 7; count++)
        {
            Assert.Contains("too short", Refused(Golden.Frames()[..count]));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"msg_id": "1"}""")]
    [InlineData("""{"msg_type": 1}""")]
    [InlineData("""{"msg_type": null}""")]
    public void A_header_without_a_message_type_is_refused(string header)
    {
        var unsigned = new Frames(new Signer("hmac-sha256", ""), "s");
        var frames = Golden.Frames();
        frames[3] = Encoding.UTF8.GetBytes(header);
        Assert.Throws<WireException>(() => unsigned.Read(frames));
    }

    [Fact]
    public void What_is_written_reads_back()
    {
        var written = _frames.Write(new Outgoing("stream", Golden.Header, """{"text":"✓"}"""u8.ToArray())
        {
            Identities = ["stream"u8.ToArray()],
            Metadata = """{"a":1}"""u8.ToArray(),
            Buffers = [[1, 2, 3]],
        });
        Assert.Equal(Golden.Header, written[4]);
        var message = _frames.Read(written);
        Assert.Equal("stream", message.Type);
        Assert.Equal("session-of-the-kernel", message.Header.Session);
        Assert.Equal("""{"text":"✓"}"""u8.ToArray(), message.Content);
        Assert.Equal("""{"a":1}"""u8.ToArray(), message.Metadata);
        Assert.Equal([[1, 2, 3]], message.Buffers);
        Assert.Equal(["stream"u8.ToArray()], message.Identities);
    }

    [Fact]
    public void The_header_of_a_written_message_has_what_the_specification_asks_for()
    {
        using var header = JsonDocument.Parse(
            _frames.Write(new Outgoing("status", "{}"u8.ToArray(), "{}"u8.ToArray()))[2]);
        Assert.Equal(
            ["msg_id", "session", "username", "date", "msg_type", "version"],
            header.RootElement.EnumerateObject().Select(field => field.Name));
        var date = header.RootElement.GetProperty("date").GetDateTimeOffset();
        Assert.Equal(TimeSpan.Zero, date.Offset);
        Assert.InRange(DateTimeOffset.UtcNow - date, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal("5.5", header.RootElement.GetProperty("version").GetString());
    }

    [Fact]
    public void No_two_messages_have_the_same_id_or_signature()
    {
        var same = new Outgoing("status", "{}"u8.ToArray(), "{}"u8.ToArray());
        var written = Enumerable.Range(0, 1000).AsParallel().Select(_ => _frames.Write(same)).ToList();
        Assert.Equal(1000, written.Select(frames => _frames.Read(frames).Header.MsgId).Distinct().Count());
        Assert.Equal(1000, written.Select(frames => Encoding.ASCII.GetString(frames[1])).Distinct().Count());
    }

    private string Refused(IReadOnlyList<byte[]> frames) =>
        Assert.Throws<WireException>(() => _frames.Read(frames)).Message;
}
