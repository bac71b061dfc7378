using System.Text;
using CasaWrapperKernel.Logs.Stderr;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Pieces as casacore's ProgressMeter writes them, one call each.</summary>
public sealed class ProgressMeterTests
{
    private readonly ProgressMeter _meter = new();

    [Fact]
    public void A_display_leaves_nothing_and_its_pieces_tell_how_far_it_is()
    {
        var seen = new List<int?>();
        foreach (var piece in Pieces())
        {
            Assert.Equal("", Pass(piece));
            seen.Add(_meter.Percent);
        }

        Assert.Equal([.. Enumerable.Range(0, 51).Select(i => i * 2), null], seen.Distinct());
    }

    [Fact]
    public void It_may_come_at_once_or_be_cut_anywhere()
    {
        var whole = "before" + string.Concat(Pieces()) + "after\n";
        Assert.Equal("beforeafter\n", Pass(whole));
        Assert.Null(_meter.Percent);
    }

    [Fact]
    public void Other_lines_between_the_pieces_are_kept()
    {
        const string Warning = "2026-11-24 13:42:07\tWARN\t::casa\t....10 of 20....\n";
        Assert.Equal(Warning, Pass($"\n0%....10..{Warning}..20"));
        Assert.Equal(20, _meter.Percent);
        Assert.Equal("3.5 m\n", Pass("3.5 m\n"));
    }

    [Fact]
    public void A_display_within_another_is_shown_while_it_lasts()
    {
        Pass("\n0%....10....20");
        Pass("\n0%....10");
        Assert.Equal(10, _meter.Percent);
        Pass("....20....30....40....50....60....70....80....90....100%\n");
        Assert.Equal(20, _meter.Percent);
        _meter.Reset();
        Assert.False(_meter.IsOpen);
    }

    [Theory]
    [InlineData("\r  0%|          | 0/100 [00:00<?, ?it/s]")]
    [InlineData("\n0%|")]
    [InlineData("at 10....20")]
    [InlineData("....")]
    [InlineData("20")]
    public void What_is_no_display_is_kept(string text) =>
        Assert.Equal(text, Pass(text));

    [Fact]
    public void It_may_come_together_with_the_line_before_it()
    {
        Assert.Equal("a warning\n", Pass("a warning\n", inTask: true));
        Assert.Equal("", Pass("", inTask: true));
        Assert.Equal("", Pass(".", inTask: true));
        _meter.Reset();
        Assert.Equal("a warning\n", Pass("a warning\n.", inTask: true));
        Assert.Equal("", Pass(".", inTask: true));
        Assert.Equal(4, _meter.Percent);
    }

    [Fact]
    public void Without_its_beginning_it_is_known_in_a_task_only()
    {
        Assert.Equal(".", Pass("."));
        Assert.Equal("....10\n", Pass("....10\n"));
        Assert.Equal("2026\n", Pass("2026\n", inTask: true));
        Assert.Equal("", Pass(".", inTask: true));
        Assert.Equal("", Pass("...10....20", inTask: true));
        Assert.Equal(20, _meter.Percent);
        Assert.Equal("", Pass("....30....40....50....60....70....80....90....100", inTask: true));
        Assert.Equal("after\n", Pass("%\nafter\n", inTask: true));
        Assert.Null(_meter.Percent);
        Assert.Equal("a...\n", Pass("a...\n", inTask: true));
    }

    private string Pass(string text, bool inTask = false) =>
        Encoding.UTF8.GetString(_meter.Without(Encoding.UTF8.GetBytes(text), inTask));

    private static IEnumerable<string> Pieces()
    {
        yield return "\n0%";
        for (var percent = 2; percent < 100; percent += 2)
        {
            yield return percent % 10 == 0 ? $"{percent}" : ".";
        }

        yield return "100";
        yield return "%\n";
    }
}
