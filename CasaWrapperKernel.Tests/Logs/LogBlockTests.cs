using System.Text.RegularExpressions;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Tests.Logs;

public sealed partial class LogBlockTests
{
    private const string Time = "2026-11-24 13:42:07";
    private readonly LogBlock _block = new("/home/anna & co/<casa>.log");

    [Fact]
    public void The_title_counts_lines_warnings_and_errors()
    {
        Add("INFO", "one");
        Assert.Contains(">Show log (1 line)<", Html());
        Add("WARN", "two");
        Assert.Contains(">Show log (2 lines, 1 warning)<", Html());
        Add("SEVERE", "three");
        Add("SEVERE", "four");
        Add("WARN", "five");
        Assert.Contains(">Show log (5 lines, 2 warnings, 2 errors)<", Html());
        Assert.StartsWith("CASA log: 5 lines, 2 warnings, 2 errors\n", _block.ToText());
    }

    [Fact]
    public void A_warning_of_several_lines_counts_once()
    {
        Add("WARN", "first");
        Add("WARN", "second", "tclean::::casa+");
        Add("WARN", "third", "tclean::::casa+");
        Assert.Contains("(3 lines, 1 warning)", Html());
    }

    [Fact]
    public void The_title_is_red_with_errors_amber_with_warnings_else_grey()
    {
        var colours = new List<string>();
        foreach (var priority in (string[])["INFO", "WARN", "SEVERE", "INFO"])
        {
            Add(priority, "text");
            colours.Add(SummaryColour().Match(Html()).Groups[1].Value);
        }

        Assert.Equal(4, colours.Count);
        Assert.Equal(3, colours.Distinct().Count());
        Assert.Equal(colours[2], colours[3]);
    }

    [Theory]
    [InlineData("</pre></details><script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("\" onclick=\"alert(1)")]
    [InlineData("&lt;u&gt;")]
    public void Hostile_text_stays_text(string text)
    {
        var task = new TaskRun(text, Cell);
        _block.Add(new LogLine(Time, "WARN", text, text), task);
        _block.Add(LogLine.Parse(text), task);
        var html = Html();
        Assert.Equal(
            ["b", "details", "div", "pre", "summary"],
            Tag().Matches(html).Select(tag => tag.Groups[1].Value).Distinct().Order());
        Assert.Empty(
            Attribute().Matches(html).Select(name => name.Groups[1].Value)
            .Except(["id", "style", "data-key", "data-live"]));
        Assert.Equal(8, System.Net.WebUtility.HtmlDecode(html).Split(text).Length - 1); // titles 3, lines 3, warning 2
    }

    [Fact]
    public void Without_its_script_the_block_is_whole_and_uses_what_front_ends_let_through()
    {
        Add("SEVERE", "text");
        var whole = _block.ToHtml("id");
        Assert.Single(Script().Matches(whole));
        Assert.EndsWith("</script></div>", whole);
        Assert.DoesNotMatch("<style|<script|<input|class=|var\\(|<svg| on[a-z]+=", Html());
    }

    [Fact]
    public void Each_task_is_a_group_with_its_name_result_time_and_counts()
    {
        var (good, bad) = (Run("tclean"), Run("flagdata"));
        _block.Add(Line("INFO", "before"), null);
        _block.Add(Line("INFO", "in tclean"), good);
        _block.Add(Line("WARN", "odd"), good);
        good.End(result: "True");
        _block.Add(Line("SEVERE", "in flagdata"), bad);
        Assert.Contains(">Show log of flagdata: running (4 lines, 1 warning, 1 error)<", Html());
        bad.End("RuntimeError");
        var html = Html();
        Assert.Contains(">Show log of tclean, flagdata: flagdata failed (4 lines, 1 warning, 1 error)<", html);
        Assert.Matches(
            @">tclean: returned True, \d\.\d s \(2 lines, 1 warning\)</summary><pre[^>]*>13:42:07 INFO   tclean::::casa  in tclean\n", html);
        Assert.Matches(@">flagdata: failed, \d\.\d s \(1 line, 1 error\)</summary>", html);
        Assert.True(html.IndexOf("before") < html.IndexOf("tclean: returned")
            && html.IndexOf("odd") < html.IndexOf("flagdata: failed"));
    }

    [Fact]
    public void The_block_opens_by_itself_when_a_task_has_failed()
    {
        var (good, bad) = (Run("tclean"), Run("flagdata"));
        _block.Add(Line("SEVERE", "text"), good);
        good.End();
        Assert.Equal(["log closed", $"{good.Number} open", "warnings closed", $"{good.Number} open"], Parts());
        _block.Add(Line("INFO", "text"), bad);
        bad.End("RuntimeError");
        Assert.Equal(
            ["log open", $"{good.Number} closed", $"{bad.Number} open", "warnings closed", $"{good.Number} open"],
            Parts());
    }

    [Fact]
    public void An_interrupted_task_has_not_failed()
    {
        var task = Run("tclean");
        _block.Add(Line("INFO", "text"), task);
        task.End("KeyboardInterrupt");
        Assert.Contains(">Show log of tclean: interrupted, 0.0 s (1 line)<", Html());
        Assert.Equal("log closed", Parts()[0]);
    }

    [Fact]
    public void Several_calls_of_one_task_are_counted()
    {
        for (var i = 0; i < 12; i++)
        {
            var task = Run("gaincal");
            _block.Add(Line("INFO", "text"), task);
            task.End();
        }

        Assert.Contains(">Show log of 12 calls of gaincal (12 lines)<", Html());
    }

    [Fact]
    public void Warnings_alone_are_a_part_of_their_own_with_whole_messages()
    {
        Add("INFO", "nothing");
        Assert.DoesNotContain("Warnings only", Html());
        Add("WARN", "first");
        Add("WARN", "second", "tclean::::casa+");
        var html = Html();
        var only = html[html.IndexOf(">Warnings only (1)<")..];
        Assert.Matches("13:42:07 WARN   tclean::::casa  first</b>\n<b[^>]*>                second</b>", only);
        Assert.DoesNotContain("nothing", only);
    }

    [Fact]
    public void While_more_is_to_come_the_newest_lines_are_enough()
    {
        for (var i = 1; i <= 1000; i++)
        {
            Add("INFO", $"line {i}.");
        }

        var html = _block.ToHtml("id", newest: 60);
        Assert.Equal(
            Enumerable.Range(941, 60), LineNumber().Matches(html).Select(line => int.Parse(line.Groups[1].Value)));
        Assert.Contains("940 earlier lines", html);
        Assert.InRange(html.Length, 0, 10_000);
    }

    [Fact]
    public void The_middle_of_a_long_log_is_left_out_and_the_output_says_so()
    {
        const int Lines = 3000;
        for (var i = 1; i <= Lines; i++)
        {
            Add("INFO", $"line {i}.");
        }

        var html = Html();
        var shown = LineNumber().Matches(html).Select(line => int.Parse(line.Groups[1].Value)).ToList();
        Assert.Equal(Enumerable.Range(1, 200).Concat(Enumerable.Range(2401, 600)), shown);
        Assert.Contains("(3,000 lines)", html);
        Assert.Contains("2,200 lines left out here; the whole log is in /home/anna &amp; co/&lt;casa&gt;.log", html);
        Assert.True(html.IndexOf("line 200.") < html.IndexOf("left out")
            && html.IndexOf("left out") < html.IndexOf("line 2401."));
    }

    [Fact]
    public void Nothing_is_left_out_of_a_shorter_log()
    {
        for (var i = 1; i <= 800; i++)
        {
            Add("INFO", $"line {i}.");
        }

        Assert.Equal(
            Enumerable.Range(1, 800), LineNumber().Matches(Html()).Select(line => int.Parse(line.Groups[1].Value)));
        Assert.DoesNotContain("left out", Html());
    }

    [Fact]
    public void Warnings_that_were_left_out_are_still_counted()
    {
        for (var i = 0; i < 2000; i++)
        {
            Add(i == 1000 ? "SEVERE" : "INFO", "text");
        }

        Assert.Contains("(2,000 lines, 1 error)", Html());
    }

    [Fact]
    public void A_notebook_output_stays_small_whatever_is_logged()
    {
        for (var i = 0; i < 2000; i++)
        {
            Add("INFO", new string('x', 20_000));
        }

        Assert.InRange(Html().Length, 0, 1_000_000);
    }

    [Fact]
    public void The_plain_text_holds_the_warnings_themselves()
    {
        Add("INFO", "nothing");
        Add("WARN", "<beam> is odd");
        Add("WARN", "and wide", "tclean::::casa+");
        Assert.Equal("CASA log: 3 lines, 1 warning\nWARN tclean::::casa: <beam> is odd\n  and wide", _block.ToText());
    }

    private static CellLog Cell => new([], "", TimeProvider.System);

    private static TaskRun Run(string name) => new(name, Cell) { Call = 1 };

    private static LogLine Line(string priority, string message, string origin = "tclean::::casa") =>
        new(Time, priority, origin, message);

    private void Add(string priority, string message, string origin = "tclean::::casa") =>
        _block.Add(Line(priority, message, origin), null);

    /// <summary>As it is where scripts are stripped.</summary>
    private string Html() => Script().Replace(_block.ToHtml("id"), "");

    private List<string> Parts() => [.. Details().Matches(Html())
        .Select(part => $"{part.Groups[1].Value} {(part.Groups[2].Success ? "open" : "closed")}")];

    [GeneratedRegex("<summary style=\"[^\"]*color: (#[0-9a-f]{6})")]
    private static partial Regex SummaryColour();

    [GeneratedRegex("<details data-key=\"([^\"]*)\"( open)?>")]
    private static partial Regex Details();

    [GeneratedRegex("<([a-z]+)")]
    private static partial Regex Tag();

    [GeneratedRegex("<[a-z]+[^>]* ([a-z-]+)=")]
    private static partial Regex Attribute();

    [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex(@"line (\d+)\.")]
    private static partial Regex LineNumber();
}
