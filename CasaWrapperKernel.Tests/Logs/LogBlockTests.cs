using System.Text.RegularExpressions;
using CasaWrapperKernel.Logs;

namespace CasaWrapperKernel.Tests.Logs;

public sealed partial class LogBlockTests
{
    private const string Time = "2026-11-24 13:42:07";
    private readonly LogBlock _block = new("/home/anna & co/<casa>.log");

    [Fact(Timeout = 10_000)]
    public Task The_title_counts_lines_warnings_and_errors() => Task.Run(() =>
    {
        Add("INFO", "one");
        Assert.Contains(">Show log (1 line)<", _block.ToHtml());
        Add("WARN", "two");
        Assert.Contains(">Show log (2 lines, 1 warning)<", _block.ToHtml());
        Add("SEVERE", "three");
        Add("SEVERE", "four");
        Add("WARN", "five");
        Assert.Contains(">Show log (5 lines, 2 warnings, 2 errors)<", _block.ToHtml());
        Assert.StartsWith("CASA log: 5 lines, 2 warnings, 2 errors\n", _block.ToText());
    });

    [Fact(Timeout = 10_000)]
    public Task A_warning_of_several_lines_counts_once() => Task.Run(() =>
    {
        Add("WARN", "first");
        Add("WARN", "second", "tclean::::casa+");
        Add("WARN", "third", "tclean::::casa+");
        Assert.Contains("(3 lines, 1 warning)", _block.ToHtml());
    });

    [Fact(Timeout = 10_000)]
    public Task The_title_is_red_with_errors_amber_with_warnings_else_grey() => Task.Run(() =>
    {
        var colours = new List<string>();
        foreach (var priority in (string[])["INFO", "WARN", "SEVERE", "INFO"])
        {
            Add(priority, "text");
            colours.Add(SummaryColour().Match(_block.ToHtml()).Groups[1].Value);
        }

        Assert.Equal(4, colours.Count);
        Assert.Equal(3, colours.Distinct().Count());
        Assert.Equal(colours[2], colours[3]);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("</pre></details><script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\" onclick=\"alert(1)")]
    [InlineData("&lt;b&gt;")]
    public Task Hostile_text_stays_text(string text) => Task.Run(() =>
    {
        _block.Add(new LogLine(Time, "WARN", text, text));
        _block.Add(LogLine.Parse(text));
        var html = _block.ToHtml();
        Assert.Equal(
            ["details", "summary style", "/summary", "pre style", "span style", "/span", "/pre", "/details"],
            Tag().Matches(html).Select(tag => tag.Groups[1].Value));
        Assert.Equal(3, System.Net.WebUtility.HtmlDecode(html).Split(text).Length - 1);
    });

    [Fact(Timeout = 10_000)]
    public Task Only_what_front_ends_let_through_is_used() => Task.Run(() =>
    {
        Add("SEVERE", "text");
        Assert.DoesNotMatch("<style|<script|class=|var\\(|<svg| on[a-z]+=", _block.ToHtml());
    });

    [Fact(Timeout = 10_000)]
    public Task The_middle_of_a_long_log_is_left_out_and_the_output_says_so() => Task.Run(() =>
    {
        const int Lines = 3000;
        for (var i = 1; i <= Lines; i++)
        {
            Add("INFO", $"line {i}.");
        }

        var html = _block.ToHtml();
        var shown = LineNumber().Matches(html).Select(line => int.Parse(line.Groups[1].Value)).ToList();
        Assert.Equal(Enumerable.Range(1, 200).Concat(Enumerable.Range(2401, 600)), shown);
        Assert.Contains("(3,000 lines)", html);
        Assert.Contains("2,200 lines left out here; the whole log is in /home/anna &amp; co/&lt;casa&gt;.log", html);
        Assert.True(html.IndexOf("line 200.") < html.IndexOf("left out") && html.IndexOf("left out") < html.IndexOf("line 2401."));
    });

    [Fact(Timeout = 10_000)]
    public Task Nothing_is_left_out_of_a_shorter_log() => Task.Run(() =>
    {
        for (var i = 1; i <= 800; i++)
        {
            Add("INFO", $"line {i}.");
        }

        Assert.Equal(Enumerable.Range(1, 800), LineNumber().Matches(_block.ToHtml()).Select(line => int.Parse(line.Groups[1].Value)));
        Assert.DoesNotContain("left out", _block.ToHtml());
    });

    [Fact(Timeout = 10_000)]
    public Task Warnings_that_were_left_out_are_still_counted() => Task.Run(() =>
    {
        for (var i = 0; i < 2000; i++)
        {
            Add(i == 1000 ? "SEVERE" : "INFO", "text");
        }

        Assert.Contains("(2,000 lines, 1 error)", _block.ToHtml());
    });

    [Fact(Timeout = 10_000)]
    public Task A_notebook_output_stays_small_whatever_is_logged() => Task.Run(() =>
    {
        for (var i = 0; i < 2000; i++)
        {
            Add("INFO", new string('x', 20_000));
        }

        Assert.InRange(_block.ToHtml().Length, 0, 1_000_000);
    });

    [Fact(Timeout = 10_000)]
    public Task The_plain_text_holds_the_warnings_themselves() => Task.Run(() =>
    {
        Add("INFO", "nothing");
        Add("WARN", "<beam> is odd");
        Assert.Equal("CASA log: 2 lines, 1 warning\nWARN tclean::::casa: <beam> is odd", _block.ToText());
    });

    private void Add(string priority, string message, string origin = "tclean::::casa") =>
        _block.Add(new LogLine(Time, priority, origin, message));

    [GeneratedRegex("<summary style=\"[^\"]*color: (#[0-9a-f]{6})")]
    private static partial Regex SummaryColour();

    [GeneratedRegex("<(/?[a-z]+(?: [a-z]+)*)")]
    private static partial Regex Tag();

    [GeneratedRegex(@"line (\d+)\.")]
    private static partial Regex LineNumber();
}
