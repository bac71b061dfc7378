using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class StreamTextTests
{
    [Theory(Timeout = 10_000)]
    [InlineData("plain\n")]
    [InlineData("é ✓ 😀")]
    [InlineData("\0\u001b[31m\"quoted\" \\ \r\b\t</script>")]
    public Task Text_comes_through_unchanged(string text) =>
        Task.Run(() => Assert.Equal(("stderr", text), Read(StreamText.Write("stderr", Encoding.UTF8.GetBytes(text)))));

    [Fact(Timeout = 10_000)]
    public Task Bytes_that_are_no_UTF8_are_shown_as_replacement_characters() =>
        Task.Run(() => Assert.Equal(("stdout", "a\uFFFDb\uFFFD"), Read(StreamText.Write("stdout", [0x61, 0xFF, 0x62, 0xC3]))));

    [Fact(Timeout = 10_000)]
    public Task Letters_are_not_escaped() =>
        Task.Run(() => Assert.Equal("""{"name":"stdout","text":"é<✓"}""", Encoding.UTF8.GetString(StreamText.Write("stdout", "é<✓"u8))));

    [Fact(Timeout = 10_000)]
    public Task A_text_cut_anywhere_loses_no_character() => Task.Run(() =>
    {
        const string Text = "aé✓😀z";
        var bytes = Encoding.UTF8.GetBytes(Text);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var tail = StreamText.IncompleteTail(bytes.AsSpan(0, cut));
            Assert.InRange(tail, 0, 3);
            var first = Encoding.UTF8.GetString(bytes, 0, cut - tail);
            Assert.Equal(Text, first + Encoding.UTF8.GetString(bytes, cut - tail, bytes.Length - cut + tail));
            Assert.DoesNotContain('\uFFFD', first);
        }
    });

    [Theory(Timeout = 10_000)]
    [InlineData(new byte[] { }, 0)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80 }, 0)]
    [InlineData(new byte[] { 0xC3 }, 1)]
    [InlineData(new byte[] { 0xC3, 0xA9 }, 0)]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98 }, 3)]
    public Task Only_the_beginning_of_a_character_is_kept_back(byte[] bytes, int kept) =>
        Task.Run(() => Assert.Equal(kept, StreamText.IncompleteTail(bytes)));

    private static (string? Name, string? Text) Read(byte[] json)
    {
        using var content = JsonDocument.Parse(json);
        return (content.RootElement.GetProperty("name").GetString(), content.RootElement.GetProperty("text").GetString());
    }
}
