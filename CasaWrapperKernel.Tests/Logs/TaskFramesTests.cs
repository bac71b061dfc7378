using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>What CASA's own lines and Python say of tasks, in every order in which they come.</summary>
public sealed class TaskFramesTests
{
    private readonly TaskFrames _frames = new();
    private readonly CellLog _cell = new([], "", TimeProvider.System);

    [Fact]
    public void Lines_from_begin_to_end_belong_to_the_task()
    {
        Assert.Null(Line("before"));
        var task = Begin("tclean");
        Assert.NotNull(task);
        Assert.Same(task, _frames.Begin(1, "tclean", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId)));
        Assert.Same(task, Line("inside"));
        Assert.Same(task, _frames.End(1, "", ""));
        Assert.False(task.IsRunning);
        Assert.Same(task, Line("Task tclean complete."));
        Assert.Same(task, End("tclean"));
        Assert.Null(Line("after"));
    }

    [Fact]
    public void Tasks_that_a_task_calls_belong_to_it()
    {
        var outer = Begin("simalma");
        _frames.Begin(1, "simalma", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId));
        Assert.Same(outer, Begin("simobserve"));
        Assert.Same(outer, Begin("simobserve"));
        Assert.Same(outer, End("simobserve"));
        Assert.Same(outer, End("simobserve"));
        Assert.Same(outer, Line("more"));
        _frames.End(1, "", "");
        Assert.Same(outer, End("simalma"));
        Assert.Null(Line("after"));
    }

    [Fact]
    public void Python_alone_makes_a_group_when_the_log_holds_no_frames()
    {
        var task = _frames.Begin(1, "tclean", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId));
        Assert.Same(task, Line("a warning"));
        _frames.End(1, "", "");
        Assert.Null(Line("after"));
    }

    [Fact]
    public void The_log_alone_makes_a_group_when_Python_says_nothing()
    {
        var task = Begin("plotms");
        Assert.Same(task, Line("inside"));
        Assert.Same(task, End("plotms"));
        Assert.False(task!.IsRunning);
        Assert.Null(Line("after"));
    }

    [Fact]
    public void An_end_line_that_never_comes_is_not_waited_for()
    {
        var first = Begin("tclean");
        _frames.Begin(1, "tclean", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId));
        _frames.End(1, "RuntimeError", ""); // and casalog.filter keeps the End line away
        var second = Begin("tclean");
        Assert.NotSame(first, second);
        _frames.Begin(2, "tclean", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId));
        _frames.End(2, "", "");
        _frames.Close(_cell);
        Assert.Null(Line("after"));
    }

    [Fact]
    public void Tasks_side_by_side_in_two_cells_are_told_apart_where_the_writer_is_known()
    {
        var other = new CellLog([1], "", TimeProvider.System);
        var main = Begin("tclean");
        _frames.Begin(1, "tclean", _cell, Worker.Of(Environment.ProcessId, Environment.ProcessId));
        var beside = _frames.Place(LogLine.Parse(Text("##### Begin Task: imstat             #####")), other, _cell);
        Assert.NotSame(main, beside);
        Assert.Same(beside, _frames.Begin(2, "imstat", other, Worker.Of(Environment.ProcessId, Environment.ProcessId)));
        Assert.Same(main, _frames.Place(LogLine.Parse(Text("of Python code")), _cell, _cell));
        Assert.Same(beside, Line("of C++ code: the one that began last"));
        _frames.End(2, "", "");
        Assert.Same(beside, End("imstat"));
        Assert.Same(main, Line("inside"));
    }

    private TaskRun? Begin(string task) => Line($"##### Begin Task: {task,-18} #####");

    private TaskRun? End(string task) => Line($"##### End Task: {task,-20} #####");

    private TaskRun? Line(string message) => _frames.Place(LogLine.Parse(Text(message)), null, _cell);

    private static string Text(string message) => $"2026-11-24 13:42:07\tINFO\t::casa\t{message}";
}
