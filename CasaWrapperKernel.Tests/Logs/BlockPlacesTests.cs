using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>A log block stays in its cell, once, whatever clears or takes the cell's output.</summary>
public sealed class BlockPlacesTests : IDisposable
{
    private static readonly byte[] Cell = Header("cell");
    private static readonly byte[] Callback = Header("callback");

    private readonly FollowedLog _followed = new();
    private readonly Outbox _outbox;
    private readonly CasaLog _log;

    public BlockPlacesTests()
    {
        (_outbox, _log) = (_followed.Outbox, _followed.Log);
        _log.CellStarts(Cell);
    }

    public void Dispose() => _followed.Dispose();

    [Fact]
    public void It_comes_back_after_clear_output_with_all_that_came_before()
    {
        Append("first");
        ShowNews();
        Clear(wait: false);
        ShowNews();
        Append("second");
        ShowNews();
        Assert.Equal(["display_data", "clear_output", "display_data", "update_display_data"], Types(out var last));
        Assert.Contains("first\n", last);
        Assert.Contains("second\n", last);
    }

    [Fact]
    public void With_wait_it_stays_until_other_output_clears_it()
    {
        Append("first");
        ShowNews();
        Clear(wait: true);
        Append("second");
        ShowNews();
        _outbox.Write(Cell, "stdout", "text\n"u8);
        ShowNews();
        _outbox.Write(Cell, "stdout", "more\n"u8);
        ShowNews();
        Assert.Equal(
            ["display_data", "clear_output", "update_display_data", "stream", "display_data", "stream"],
            Types(out var last));
        Assert.Contains("second\n", last);
    }

    [Theory]
    [InlineData("display_data", true)]
    [InlineData("execute_result", true)]
    [InlineData("error", true)]
    [InlineData("update_display_data", false)]
    [InlineData("status", false)]
    public void With_wait_it_comes_back_after_what_clears(string type, bool clears)
    {
        Append("line");
        ShowNews();
        Clear(wait: true);
        Post(Cell, type, "{}");
        ShowNews();
        Assert.Equal(
            ["display_data", "clear_output", type, .. clears ? ["display_data"] : Array.Empty<string>()], Types(out _));
    }

    [Fact]
    public void A_clearing_before_the_first_line_or_of_another_cell_changes_nothing()
    {
        Clear(wait: true);
        Append("line");
        ShowNews();
        _outbox.Write(Cell, "stdout", "text\n"u8);
        Post(Header("other"), "clear_output", """{"wait":false}""");
        ShowNews();
        Assert.Equal(["clear_output", "display_data", "stream", "clear_output"], Types(out _));
    }

    [Fact]
    public void An_Output_widget_gets_none_and_its_clearing_is_its_own()
    {
        var before = Run(() => Append("before"));
        Assert.Equal(["display_data"], before);
        var inside = Run(() =>
        {
            Take("widget", "cell");
            Take("inner", "cell");
            Take("inner", "");
            Append("inside");
            Clear(wait: false);
        });
        Assert.Equal(["comm_msg", "comm_msg", "comm_msg", "clear_output"], inside);
        Assert.Equal(["comm_msg", "update_display_data"], Run(() => Take("widget", "")));
    }

    [Fact]
    public void A_front_end_without_widgets_clears_the_cell()
    {
        Append("line");
        ShowNews();
        _followed.Places.Closed("""{"comm_id":"widget","data":{}}"""u8.ToArray());
        Take("widget", "cell");
        Clear(wait: false);
        ShowNews();
        Take("widget", "");
        Assert.Equal(["display_data", "comm_msg", "clear_output", "display_data", "comm_msg"], Types(out _));
    }

    [Fact]
    public void A_cell_that_ends_while_its_output_is_taken_shows_its_block()
    {
        Take("widget", "cell");
        Append("line");
        _log.CellEnds(Cell);
        Assert.Equal(["comm_msg", "display_data"], Types(out _));
    }

    [Fact]
    public void A_callbacks_block_is_in_the_widget_that_takes_its_output()
    {
        Take("widget", "callback");
        _log.TaskBegins(Callback, new LogArgument { Call = 1, Task = "listobs" });
        Append("of the callback");
        _log.TaskEnds(new LogArgument { Call = 1 });
        Clear(wait: false, Callback);
        Take("widget", "");
        ShowNews();
        Assert.Equal(["comm_msg", "clear_output", "display_data", "comm_msg"], Types(out var last));
        Assert.Contains("of the callback", last);
    }

    private static byte[] Header(string id) => Encoding.UTF8.GetBytes($$"""{"msg_id":"{{id}}","msg_type":"execute_request"}""");

    private List<string> Run(Action action)
    {
        action();
        ShowNews();
        return Types(out _);
    }

    private void Append(string message) => _followed.Append($"2026-11-24 13:42:07\tINFO\ttclean::::casa\t{message}\n");

    // After the least time between two updates.
    private void ShowNews() => _followed.Pass(TimeSpan.FromMilliseconds(150));

    private void Clear(bool wait, byte[]? parent = null) =>
        Post(parent ?? Cell, "clear_output", $$"""{"wait":{{(wait ? "true" : "false")}}}""");

    private void Take(string widget, string request) => Post(
        Cell, "comm_msg", $$"""{"comm_id":"{{widget}}","data":{"method":"update","state":{"msg_id":"{{request}}" } } }""");

    private void Post(byte[] parent, string type, string content) =>
        _outbox.Post(Channel.Iopub, new Outgoing(type, parent, Encoding.UTF8.GetBytes(content)));

    private List<string> Types(out string last)
    {
        var messages = _outbox.TakeAll().Select(sent => sent.Message).ToList();
        last = messages.FindLast(message => message.Type.EndsWith("display_data") && message.Content.Length > 2)?.Text(
            "data", "text/html") ?? "";
        return [.. messages.Select(message => message.Type)];
    }
}
