using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Logs.Model;
using CasaWrapperKernel.Logs.Stderr;
using CasaWrapperKernel.Tests.Support;
using DiagnosticsProcess = System.Diagnostics.Process;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Real processes that end in the middle of a task.</summary>
public sealed class AbandonedTaskTests : IDisposable
{
    private const string Begin = "2026-11-24 13:42:07\tINFO\t::casa\t##### Begin Task: imstat             #####";
    private static readonly byte[] Cell = """{"msg_id":"cell","msg_type":"execute_request"}"""u8.ToArray();

    private readonly TempFolder _folder = new();
    private readonly Outbox _outbox;
    private readonly string _file;
    private readonly CasaLog _log;

    public AbandonedTaskTests()
    {
        _file = _folder.Write("casa.log", "");
        var places = new BlockPlaces(TimeProvider.System);
        _outbox = new Outbox(observer: places);
        _log = new CasaLog(_outbox, places, new StderrNotes(), _file);
        new Thread(_log.Run) { IsBackground = true }.Start();
        _log.CellStarts(Cell);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_process_that_had_written_the_Begin_line_and_died()
    {
        using var bystander = Shell($"exec 3>>{_file}; echo 'of plotms' >&3; sleep 20");
        await Title("1 line");
        using var worker = Shell($"exec 3>>{_file}; echo '{Begin}' >&3; sleep 20");
        await Title("imstat: running for 2.");
        worker.Kill();
        await Title("imstat: ended with its process, ");
        bystander.Kill();
    }

    [Fact]
    public async Task A_line_that_nobody_here_has_written_is_given_up_when_its_cell_has_ended()
    {
        File.AppendAllText(_file, Begin + "\n");
        await Title("imstat: running for 2.");
        _log.CellEnds(Cell);
        await Title("imstat: ended with its process, as far as this machine can tell");
        await Task.Delay(1200);
        Assert.Empty(_outbox.TakeAll());
    }

    [Theory]
    [InlineData(false, "imstat: ended with its process, ")]
    [InlineData(true, "imstat: returned True, ")]
    public async Task A_forked_child_that_told_of_its_task(bool ends, string title)
    {
        using var child = Shell("sleep 20");
        var notes = _folder.Write("notes", "");
        _log.HearChildren(notes);
        var who = $"\"request\":\"cell\",\"call\":1,\"process\":{child.Id},\"thread\":{child.Id}";
        File.AppendAllText(notes, $"{{\"command\":\"begin\",\"task\":\"imstat\",{who}}}\n");
        await Title("imstat: running for 2.");
        File.AppendAllText(notes, ends ? $"{{\"command\":\"end\",\"result\":\"True\",{who}}}\n" : "");
        child.Kill();
        await Title(title);
    }

    [Fact]
    public async Task A_thread_that_is_gone()
    {
        _log.TaskBegins(
            Cell, new LogArgument { Task = "imstat", Process = Environment.ProcessId, Thread = int.MaxValue });
        await Title("imstat: ended with its thread, ");
    }

    private static DiagnosticsProcess Shell(string command) => DiagnosticsProcess.Start("/bin/sh", ["-c", command]);

    private async Task Title(string title)
    {
        for (var shown = ""; !shown.Contains(title);)
        {
            var messages = await _outbox.Next(5000);
            Assert.True(messages.Count > 0, $"no {title} after {shown}");
            shown = messages[^1].Text("data", "text/plain");
        }
    }
}
