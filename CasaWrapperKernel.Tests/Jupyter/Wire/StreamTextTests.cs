using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class StreamTextTests
{
    [Theory]
    [InlineData("plain\n")]
    [InlineData("é ✓ 😀")]
    [InlineData("\0\u001b[31m\"quoted\" \\ \r\b\t</script>")]
    public void Text_comes_through_unchanged(string text) =>
        Assert.Equal(("stderr", text), Read(StreamText.Write("stderr", Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Bytes_that_are_no_UTF8_are_shown_as_replacement_characters() =>
        Assert.Equal(("stdout", "a\uFFFDb\uFFFD"), Read(StreamText.Write("stdout", [0x61, 0xFF, 0x62, 0xC3])));

    [Fact]
    public void Letters_are_not_escaped() =>
        Assert.Equal("""{"name":"stdout","text":"é<✓"}""", Encoding.UTF8.GetString(StreamText.Write("stdout", "é<✓"u8)));

    [Fact]
    public void A_text_cut_anywhere_loses_no_character()
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
    }

    [Theory]
    [InlineData(new byte[] { }, 0)]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80 }, 0)]
    [InlineData(new byte[] { 0xC3 }, 1)]
    [InlineData(new byte[] { 0xC3, 0xA9 }, 0)]
    [InlineData(new byte[] { 0xF0, 0x9F, 0x98 }, 3)]
    public void Only_the_beginning_of_a_character_is_kept_back(byte[] bytes, int kept) =>
        Assert.Equal(kept, StreamText.IncompleteTail(bytes));

    private static (string? Name, string? Text) Read(byte[] json)
    {
        using var content = JsonDocument.Parse(json);
        return (content.RootElement.GetProperty("name").GetString(), content.RootElement.GetProperty("text")
            .GetString());
    }
}
