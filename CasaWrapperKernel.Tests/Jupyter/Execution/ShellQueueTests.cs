using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class ShellQueueTests
{
    private static readonly string[] Run = ["busy", "starts", "runs", "ends", "execute_reply ok", "idle"];
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task Requests_are_handled_one_after_the_other_until_the_queue_is_closed()
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell());
        queue.Add(Requests.New("complete_request"));
        queue.Add(Requests.Cell());
        queue.Close();
        queue.Add(Requests.Cell()); // too late, and no fault
        await queue.RunAsync();
        Assert.Equal([.. Run, "busy", "complete_reply ok", "idle", .. Run], _recorder.Events);
    }

    [Fact]
    public async Task After_an_error_the_waiting_cells_are_aborted_and_other_requests_answered()
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail"));
        queue.Add(Requests.Cell());
        queue.Add(Requests.New("complete_request"));
        queue.Add(Requests.Cell());
        queue.Close();
        await queue.RunAsync();
        Assert.Equal(
            [
                "busy", "starts", "runs", "ends", "execute_reply error", "idle",
                "busy", "execute_reply aborted", "idle",
                "busy", "complete_reply ok", "idle",
                "busy", "execute_reply aborted", "idle",
            ],
            _recorder.Events);
    }

    [Fact]
    public async Task A_cell_sent_after_the_abort_runs()
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail"));
        queue.Add(Requests.New("complete_request")); // its end is that of the abort
        var running = Task.Run(queue.RunAsync);
        Assert.True(SpinWait.SpinUntil(() => _recorder.Events.Count(what => what == "idle") == 2, 5000));
        queue.Add(Requests.Cell());
        queue.Close();
        await running;
        Assert.Equal(Run, _recorder.Events.TakeLast(6));
    }

    [Fact]
    public async Task A_cell_sent_after_the_reply_of_a_failed_one_runs()
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        var sent = Task.Run(() =>
        {
            Assert.True(SpinWait.SpinUntil(() => _recorder.Events.Contains("execute_reply error"), 5000));
            queue.Add(Requests.Cell());
            queue.Close();
        });
        queue.Add(Requests.Cell("fail"));
        await queue.RunAsync();
        await sent;
        Assert.Equal(["busy", "starts", "runs", "ends", "execute_reply error", "idle", .. Run], _recorder.Events);
    }

    [Fact]
    public async Task Without_stop_on_error_the_waiting_cells_run()
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail", stopOnError: false));
        queue.Add(Requests.Cell());
        queue.Close();
        await queue.RunAsync();
        Assert.Equal(Run, _recorder.Events.TakeLast(6));
    }
}
