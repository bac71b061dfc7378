using System.Text;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Logs.Stderr;

namespace CasaWrapperKernel.Tests.Logs;

public sealed class StderrFilterTests : IDisposable
{
    private const string Warning = "2026-11-24 13:42:07\tWARN\ttclean::::casa\tGrün ist keine Farbe\n";
    private const string Severe = "2026-11-24 13:42:08\tSEVERE\ttclean::::casa\tException\n";

    private readonly FollowedLog _followed = new();
    private readonly CasaLog _log;
    private readonly StderrFilter _filter;

    public StderrFilterTests()
    {
        _log = _followed.Log;
        _filter = new StderrFilter(_followed.Notes, _followed.Time);
    }

    public void Dispose() => _followed.Dispose();

    [Fact]
    public void Lines_that_the_log_has_are_left_out()
    {
        Log(Warning + Severe);
        Assert.Equal("before\nafter\n", Pass($"before\n{Warning}{Severe}after\n"));
    }

    [Fact]
    public void Each_line_of_the_log_is_left_out_once_only()
    {
        Log(Warning + Warning);
        Assert.Equal("", Pass(Warning));
        Assert.Equal("", Pass(Warning));
        Assert.Equal(Warning, Pass(Warning));
    }

    [Theory]
    [InlineData(Warning)]
    [InlineData("2026-11-24 13:42:07\tINFO\t::casa\ttext\n")]
    [InlineData("Traceback: \tWARN\t\n")]
    [InlineData("no end of line")]
    [InlineData("\n\n")]
    [InlineData("")]
    public void Everything_else_is_kept(string text)
    {
        Log(Severe);
        Assert.Equal(text, Pass(text));
    }

    [Fact]
    public void A_line_that_comes_in_two_parts_is_left_out_too()
    {
        var bytes = Encoding.UTF8.GetBytes(Warning);
        for (var cut = Warning.IndexOf("WARN\t") + 5; cut < bytes.Length; cut++)
        {
            Log(Warning);
            Assert.Equal("x\n", Encoding.UTF8.GetString(_filter.Pass([.. "x\n"u8, .. bytes[..cut]])));
            Assert.Equal("y\n", Encoding.UTF8.GetString(_filter.Pass([.. bytes[cut..], .. "y\n"u8])));
        }
    }

    [Fact]
    public void A_long_line_comes_in_several_parts_and_its_end_by_itself()
    {
        var line = Warning.TrimEnd() + new string('x', 9000);
        Log(line + "\n");
        Assert.Equal("", string.Concat(Pass(line[..4096]), Pass(line[4096..8192]), Pass(line[8192..]), Pass("\n")));
    }

    [Fact]
    public void A_line_in_two_parts_that_the_log_does_not_have_is_shown_whole()
    {
        Assert.Equal("", Pass(Warning[..50]));
        Assert.Equal(Warning, Pass(Warning[50..]));
    }

    [Fact]
    public void A_line_waits_until_the_log_is_read_and_what_follows_it_with_it()
    {
        Assert.Equal("before\n", Now($"before\n{Warning}{Severe}after\n"));
        Assert.True(_filter.IsHolding);
        _followed.Append(Severe);
        Assert.Equal("", Now(""));
        _log.ShowNews();
        Assert.Equal($"{Warning}after\n", Now(""));
        Assert.False(_filter.IsHolding);
    }

    [Fact]
    public void A_line_is_shown_when_the_log_cannot_be_read_for_long()
    {
        Assert.Equal("", Now(Warning));
        _followed.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(Warning, Now(""));
    }

    [Fact]
    public void Lines_that_are_not_shown_under_cells_are_not_left_out()
    {
        _log.Switch(on: false);
        Log(Warning);
        Assert.Equal(Warning, Now(Warning));
    }

    /// <summary>What is shown when the log has been read.</summary>
    private string Pass(string text)
    {
        var now = Now(text);
        _log.ShowNews();
        return now + Now("");
    }

    private string Now(string text) => Encoding.UTF8.GetString(_filter.Pass(Encoding.UTF8.GetBytes(text)));

    private void Log(string text)
    {
        _followed.Append(text);
        _log.ShowNews();
    }
}
