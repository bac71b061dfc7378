using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class ShellQueueTests
{
    private static readonly string[] Run = ["busy", "starts", "runs", "ends", "execute_reply ok", "idle"];
    private readonly Recorder _recorder = new();

    public ShellQueueTests() =>
        _recorder.Interpreter.Setup(i => i.Ask(It.IsAny<Message>())).ReturnsAsync("""{"status":"ok"}"""u8.ToArray());

    [Fact(Timeout = 10_000)]
    public Task Requests_are_handled_one_after_the_other_until_the_queue_is_closed() => Task.Run(async () =>
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell());
        queue.Add(Requests.New("complete_request"));
        queue.Add(Requests.Cell());
        queue.Close();
        queue.Add(Requests.Cell()); // too late, and no fault
        await queue.Run();
        Assert.Equal([.. Run, "busy", "complete_reply ok", "idle", .. Run], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task After_an_error_the_waiting_cells_are_aborted_and_other_requests_answered() => Task.Run(async () =>
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail"));
        queue.Add(Requests.Cell());
        queue.Add(Requests.New("complete_request"));
        queue.Add(Requests.Cell());
        queue.Close();
        await queue.Run();
        Assert.Equal(
            [
                "busy", "starts", "runs", "ends", "execute_reply error", "idle",
                "busy", "execute_reply aborted", "idle",
                "busy", "complete_reply ok", "idle",
                "busy", "execute_reply aborted", "idle",
            ],
            _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task A_cell_sent_after_the_abort_runs() => Task.Run(async () =>
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail"));
        queue.Add(Requests.New("complete_request")); // its end is that of the abort
        var running = Task.Run(queue.Run);
        Assert.True(SpinWait.SpinUntil(() => _recorder.Events.Count(what => what == "idle") == 2, 5000));
        queue.Add(Requests.Cell());
        queue.Close();
        await running;
        Assert.Equal(Run, _recorder.Events.TakeLast(6));
    });

    [Fact(Timeout = 10_000)]
    public Task A_cell_sent_after_the_reply_of_a_failed_one_runs() => Task.Run(async () =>
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        var next = Requests.Cell();
        _recorder.Replies.Setup(r => r.Reply(It.Is<Message>(m => m != next), It.IsAny<byte[]>(), It.IsAny<byte[]?>()))
            .Callback(() =>
            {
                queue.Add(next);
                queue.Close();
            });
        queue.Add(Requests.Cell("fail"));
        await queue.Run();
        Assert.Equal(["busy", "starts", "runs", "ends", "idle", .. Run], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task Without_stop_on_error_the_waiting_cells_run() => Task.Run(async () =>
    {
        var queue = new ShellQueue(_recorder.Dispatcher);
        queue.Add(Requests.Cell("fail", stopOnError: false));
        queue.Add(Requests.Cell());
        queue.Close();
        await queue.Run();
        Assert.Equal(Run, _recorder.Events.TakeLast(6));
    });
}
