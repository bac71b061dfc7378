using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Logs.Stderr;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>A real file that grows.</summary>
public sealed class CasaLogTests : IDisposable
{
    private const string Head = "2026-11-24 13:42:07\tINFO\ttclean::::casa\t";
    private const int Long = 5000;
    private static readonly byte[] Cell = """{"msg_id":"1"}"""u8.ToArray();

    private readonly FollowedLog _followed = new();
    private readonly Outbox _outbox;
    private readonly CasaLog _log;

    public CasaLogTests() => (_outbox, _log) = (_followed.Outbox, _followed.Log);

    public void Dispose() => _followed.Dispose();

    [Fact]
    public void A_line_is_shown_within_a_fifth_of_a_second()
    {
        _log.CellStarts(Cell);
        for (var i = 0; i < 5; i++)
        {
            _followed.Pass(TimeSpan.FromMilliseconds(300)); // updates of one block are at least 125 ms apart
            Append($"{Head}line {i}\n");
            Assert.Contains($"line {i}", Html(Assert.Single(_followed.Next(200))));
        }
    }

    [Fact]
    public void A_cell_has_one_display_that_is_updated()
    {
        _log.CellStarts(Cell);
        Append($"{Head}first\n");
        var first = Assert.Single(_followed.Next(Long));
        Append($"{Head}second\n");
        var second = Assert.Single(_followed.Next(Long));
        Assert.Equal(("display_data", "update_display_data"), (first.Type, second.Type));
        Assert.Equal(first.Text("transient", "display_id"), second.Text("transient", "display_id"));
        Assert.Equal(Cell, second.Parent);
        Assert.Contains("first", Html(second));
        Assert.Contains("second", Html(second));

        _log.CellEnds(Cell);
        _log.CellStarts("""{"msg_id":"2"}"""u8.ToArray());
        Append($"{Head}third\n");
        var third = Assert.Single(_followed.Next(Long));
        Assert.Equal("display_data", third.Type);
        Assert.NotEqual(first.Text("transient", "display_id"), third.Text("transient", "display_id"));
        Assert.DoesNotContain("first", Html(third));
    }

    [Fact]
    public void What_a_forked_child_said_stands_between_its_lines_also_if_all_is_read_at_once()
    {
        var notes = _followed.Folder.Write("notes", "");
        _log.HearChildren(notes);
        _log.CellStarts(Cell);
        foreach (var call in Enumerable.Range(1, 2))
        {
            Append($"{Head}##### Begin Task: imstat             #####\n");
            var who = $"\"request\":\"1\",\"call\":{call},\"path\":\"{_followed.File}\","
                + $"\"size\":{new FileInfo(_followed.File).Length}";
            File.AppendAllText(notes, $"{{\"command\":\"begin\",\"task\":\"imstat\",{who}}}\n");
            File.AppendAllText(notes, $"{{\"command\":\"end\",\"result\":\"True\",{who}}}\n");
            Append($"{Head}##### End Task: imstat               #####\n");
        }

        var html = Html(_followed.Next(Long)[^1]);
        Assert.Equal(2, html.Split("imstat: returned True").Length - 1);
        Assert.Contains("2 calls of imstat (4 lines)", html);
    }

    [Fact]
    public void All_that_was_logged_is_posted_when_the_cell_has_ended()
    {
        _log.CellStarts(Cell);
        Append($"{Head}one\n");
        _log.CellEnds(Cell);
        Append($"{Head}two\n");
        _log.CellEnds(Cell);
        Assert.Contains("(2 lines)", Html(_outbox.TakeAll()[^1].Message));
    }

    [Fact]
    public void What_comes_before_the_first_cell_belongs_to_nobody()
    {
        Append($"{Head}start\n");
        Assert.Empty(_followed.Next(300));
        _log.CellStarts(Cell);
        _log.CellEnds(Cell);
        Assert.Empty(_outbox.TakeAll());
    }

    [Fact]
    public void A_line_is_shown_when_it_is_whole()
    {
        _log.CellStarts(Cell);
        Append($"{Head}Gr");
        File.AppendAllBytes(_followed.File, [0xC3]);
        Assert.Empty(_followed.Next(300));
        File.AppendAllBytes(_followed.File, [0xBC]);
        Append("n\n");
        Assert.Contains("Grün\n", System.Net.WebUtility.HtmlDecode(Html(Assert.Single(_followed.Next(Long)))));
    }

    [Fact]
    public void A_file_that_the_user_empties_is_followed_from_its_beginning()
    {
        _log.CellStarts(Cell);
        Append($"{Head}a long line before the file was emptied\n");
        Assert.Single(_followed.Next(Long));
        File.WriteAllText(_followed.File, "");
        Append($"{Head}new\n");
        var html = Html(Assert.Single(_followed.Next(Long)));
        Assert.Contains("(2 lines)", html);
        Assert.Contains("new\n", html);
    }

    [Fact]
    public void A_large_burst_is_read_whole()
    {
        _log.CellStarts(Cell);
        // more than one read's worth
        Append(string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{Head}line {i}\n")));
        _log.CellEnds(Cell);
        Assert.Contains("(40,000 lines)", Html(_outbox.TakeAll()[^1].Message));
    }

    [Fact]
    public void The_log_is_followed_when_it_moves()
    {
        var other = _followed.Folder.Write("other.log", $"{Head}of an earlier session\n");
        _log.CellStarts(Cell);
        Append($"{Head}here\n");
        _log.Follow(other);
        File.AppendAllText(other, $"{Head}there\n");
        _followed.Pass(TimeSpan.FromMilliseconds(300));
        _log.CellEnds(Cell);
        var html = Html(_outbox.TakeAll()[^1].Message);
        Assert.Contains("(2 lines)", html);
        Assert.Contains("here\n", html);
        Assert.Contains("there\n", html);
    }

    [Fact]
    public void What_Python_code_of_another_cell_writes_is_shown_there()
    {
        var other = """{"msg_id":"2"}"""u8.ToArray();
        _log.CellStarts(other);
        _log.CellEnds(other);
        _log.CellStarts(Cell);
        Append($"{Head}of the cell\n");
        _log.Own(other);
        Append($"{Head}of a thread that the other cell has left behind\n");
        _log.Own([]);
        Append($"{Head}of the cell again\n");
        _log.CellEnds(Cell);
        _log.CellEnds(other);
        var last = Last();
        Assert.Contains("(2 lines)", last[Cell]);
        Assert.Contains("(1 line)", last[other]);
        Assert.Contains("left behind", last[other]);
    }

    [Fact]
    public void What_other_threads_log_meanwhile_is_not_the_writers()
    {
        var other = """{"msg_id":"2"}"""u8.ToArray();
        _log.CellStarts(other);
        _log.CellStarts(Cell);
        _log.Own(other, "of a thread\nin two lines");
        Append($"{Head}of C++ code\n{Head}\n{Head}of a thread\n{Head}in two lines\n");
        _log.Own([]);
        _log.CellEnds(Cell);
        _log.CellEnds(other);
        var last = Last();
        Assert.Contains("(2 lines)", last[Cell]);
        Assert.Contains("of C++ code", last[Cell]);
        Assert.Contains("(2 lines)", last[other]);
    }

    [Fact]
    public void What_is_being_written_while_another_cell_begins_is_the_writers()
    {
        var beside = """{"msg_id":"2"}"""u8.ToArray();
        _log.CellStarts(Cell);
        _log.Own(Cell, "of the first cell");
        _log.CellStarts(beside, isMain: false);
        Append($"{Head}of the first cell\n");
        _log.Own([]);
        _log.CellEnds(beside);
        _log.CellEnds(Cell);
        var last = Last();
        Assert.Contains("(1 line)", last[Cell]);
        Assert.DoesNotContain(beside, last.Keys);
    }

    [Fact]
    public void What_nobody_claims_belongs_to_the_running_cell_that_began_last()
    {
        var beside = """{"msg_id":"2"}"""u8.ToArray();
        _log.CellStarts(Cell);
        Append($"{Head}of the main shell\n");
        _log.CellStarts(beside, isMain: false);
        Append($"{Head}of the subshell\n{Head}of it too\n");
        _log.CellEnds(beside);
        Append($"{Head}of the main shell again\n{Head}and again\n");
        _log.CellEnds(Cell);
        _log.CellStarts(beside, isMain: false);
        _log.CellEnds(beside);
        Append($"{Head}late\n");
        _log.CellEnds(beside);
        var last = Last();
        Assert.Contains("(3 lines)", last[Cell]);
        Assert.Contains("(3 lines)", last[beside]);
        Assert.Contains("late", last[beside]);
    }

    [Fact]
    public void What_a_waiting_plotms_logs_is_of_no_cell()
    {
        const string Ready = "2026-11-24 13:42:07\tINFO\tPlotMS::params_changed\tUpdating: REDRAW\n";
        _log.CellStarts(Cell);
        Append($"{Head}of the cell\n{Ready}");
        _log.TaskBegins(Cell, Called(1, "listobs"));
        Append(Ready);
        _log.TaskEnds(Called(1, result: ""));
        _log.TaskBegins(Cell, Called(2, "plotms"));
        Append(Ready);
        _log.TaskEnds(Called(2, result: ""));
        _log.CellEnds(Cell);
        Assert.Contains("(2 lines)", Last()[Cell]);
    }

    [Fact]
    public void A_cell_is_remembered_after_many_others()
    {
        Run(Cell);
        for (var i = 0; i < 300; i++)
        {
            Run(Encoding.UTF8.GetBytes($$"""{"msg_id":"later {{i}}"}"""));
        }

        _log.Own(Cell);
        Append($"{Head}of a thread\n");
        _log.Own([]);
        _log.CellEnds(Cell);
        var shown = _outbox.TakeAll().Select(sent => sent.Message).Where(message => message.Parent == Cell).ToList();
        Assert.Equal(["display_data", "update_display_data"], shown.Select(message => message.Type));
        Assert.Contains("(2 lines)", Html(shown[1]));
    }

    [Fact]
    public void Text_without_an_end_delays_no_line()
    {
        _log.CellStarts(Cell);
        for (var i = 0; i < 5; i++)
        {
            _followed.Pass(TimeSpan.FromMilliseconds(300));
            Append($"{Head}line {i}\n");
            Assert.Contains(Enumerable.Range(0, 20), _ => IsShownBesideDots());
        }
    }

    [Fact]
    public void A_task_without_a_line_is_shown_when_it_has_run_for_long_and_tells_the_time()
    {
        _log.CellStarts(Cell);
        _log.TaskBegins(Cell, Called(1, "tclean"));
        Assert.Empty(_followed.Next(1000));
        Assert.Matches(@"tclean: running for 2\.\d s", Html(Assert.Single(_followed.Next(Long))));
        Assert.Matches(@"tclean: running for 3\.\d s", Html(Assert.Single(_followed.Next(Long))));
        _log.TaskEnds(Called(1, result: "True"));
        _log.CellEnds(Cell);
        var message = _outbox.TakeAll()[^1].Message;
        Assert.Equal("update_display_data", message.Type);
        Assert.Matches(@"tclean: returned True, 3\.\d s \(0 lines\)", Html(message));
    }

    [Fact]
    public void A_short_task_without_a_line_is_not_worth_a_block()
    {
        _log.CellStarts(Cell);
        _log.TaskBegins(Cell, Called(1, "imhead"));
        _log.TaskEnds(Called(1, result: ""));
        _log.CellEnds(Cell);
        Assert.Empty(_outbox.TakeAll());
    }

    [Fact]
    public void Progress_on_standard_error_is_shown_in_the_block_and_gone_at_the_end()
    {
        var filter = new StderrFilter(_followed.Notes, _followed.Time);
        _log.CellStarts(Cell);
        _log.TaskBegins(Cell, Called(1, "imregrid"));
        Assert.Equal("", Encoding.UTF8.GetString(filter.Pass("\n0%....10....20"u8)));
        var shown = Html(Assert.Single(_followed.Next(Long)));
        Assert.Contains("20 %", shown);
        Assert.Contains("<progress max=\"100\" value=\"20\">", shown);
        filter.Pass("....30"u8);
        Assert.Contains("30 %", Html(Assert.Single(_followed.Next(Long))));
        _log.TaskEnds(Called(1, result: ""));
        _log.CellEnds(Cell);
        Assert.DoesNotMatch("progress|%", Html(_outbox.TakeAll()[^1].Message));
    }

    [Fact]
    public void Switched_off_it_shows_nothing_and_leaves_standard_error_alone()
    {
        const string Warning = "2026-11-24 13:42:07\tWARN\t::casa\todd\n";
        var filter = new StderrFilter(_followed.Notes, _followed.Time);
        _log.Switch(on: false);
        _log.CellStarts(Cell);
        Append(Warning);
        foreach (var text in (string[])[Warning, "\n0%....10"])
        {
            Assert.Equal(text, Encoding.UTF8.GetString(filter.Pass(Encoding.UTF8.GetBytes(text))));
        }

        _log.CellEnds(Cell);
        Assert.Empty(_outbox.TakeAll());
    }

    [Fact]
    public void An_update_of_a_long_log_costs_as_much_as_one_of_a_short()
    {
        _log.CellStarts(Cell);
        var largest = 0;
        for (var i = 0; i < 100; i++)
        {
            Append(string.Concat(Enumerable.Range(0, 1000).Select(line => $"{Head}line {line}\n")));
            largest = Math.Max(largest, Assert.Single(_followed.Next(200)).Content.Length);
        }

        Assert.InRange(largest, 1, 20_000);
        _log.CellEnds(Cell);
        Assert.Contains("(100,000 lines)", Html(_outbox.TakeAll()[^1].Message));
    }

    private bool IsShownBesideDots()
    {
        _outbox.Write(Cell, "stdout", "."u8);
        _followed.Pass(TimeSpan.FromMilliseconds(10));
        return _outbox.TakeAll().Any(sent => sent.Message.Type != "stream");
    }

    /// <summary>A cell that logs one line.</summary>
    private void Run(byte[] cell)
    {
        _log.CellStarts(cell);
        Append($"{Head}of a cell\n");
        _log.CellEnds(cell);
    }

    /// <summary>What each cell's block shows at last.</summary>
    private Dictionary<byte[], string> Last() => _outbox.TakeAll().Select(sent => sent.Message)
        .GroupBy(message => message.Parent).ToDictionary(sent => sent.Key, sent => Html(sent.Last()));

    private static LogArgument Called(int call, string task = "", string result = "") => new()
    {
        Call = call,
        Task = task,
        Result = result,
        Process = Environment.ProcessId,
        Thread = Environment.ProcessId,
    };

    private void Append(string text) => _followed.Append(text);

    /// <summary>As it is where scripts are stripped.</summary>
    private static string Html(Outgoing message) => message.Text("data", "text/html").Split("<script>")[0];
}
