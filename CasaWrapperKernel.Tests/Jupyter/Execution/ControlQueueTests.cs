using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class ControlQueueTests
{
    private readonly Recorder _recorder = new();

    [Fact(Timeout = 10_000)]
    public Task An_interrupt_is_passed_on_and_answered() => Task.Run(() =>
    {
        Handle(Requests.New("interrupt_request"));
        Assert.Equal(["busy", "interrupt", "interrupt_reply ok", "idle"], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task The_debugger_is_reached_here() => Task.Run(() =>
    {
        var request = Requests.New("debug_request");
        _recorder.Interpreter.Setup(i => i.Debug(request)).Returns("""{"status":"ok"}"""u8.ToArray());
        Handle(request);
        Assert.Equal(["busy", "debug_reply ok", "idle"], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task Kernel_info_is_answered() => Task.Run(() =>
    {
        Handle(Requests.New("kernel_info_request"));
        Assert.Equal(["busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("""{"restart": true}""", true)]
    [InlineData("""{"restart": false}""", false)]
    [InlineData("{}", false)]
    [InlineData("no JSON", false)]
    public Task A_shutdown_is_answered_published_and_carried_out_last(string content, bool restart) => Task.Run(() =>
    {
        Handle(Requests.New("shutdown_request", content), Requests.New("kernel_info_request"));
        Assert.Equal(["busy", "shutdown_reply ok", "shutdown_reply", "idle", $"shut down, restart: {restart}"], _recorder.Events);
        _recorder.Replies.Verify(r => r.Reply(
            It.IsAny<Message>(), It.Is<byte[]>(c => Json.Read(c, WireJson.Default.Shutdown)!.Restart == restart), null));
    });

    [Fact(Timeout = 10_000)]
    public Task The_use_of_the_machine_is_measured() => Task.Run(() =>
    {
        Handle(Requests.New("usage_request"));
        Assert.Equal("busy", _recorder.Events[0]);
        Assert.StartsWith("usage_reply", _recorder.Events[1]);
        _recorder.Replies.Verify(r => r.Reply(
            It.IsAny<Message>(),
            It.Is<byte[]>(c => Json.Read(c, WireJson.Default.UsageReply)!.Pid == Environment.ProcessId
                && Json.Read(c, WireJson.Default.UsageReply)!.KernelMemory > 1_000_000
                && Json.Read(c, WireJson.Default.UsageReply)!.HostVirtualMemory.Total > 1_000_000),
            null));
    });

    [Theory(Timeout = 10_000)]
    [InlineData("something_new_request")]
    [InlineData("comm_msg")]
    public Task What_is_not_known_has_no_reply(string type) => Task.Run(() =>
    {
        Handle(Requests.New(type));
        Assert.Equal(["busy", "idle"], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task A_fault_does_not_end_the_thread() => Task.Run(() =>
    {
        _recorder.Interpreter.Setup(i => i.Interrupt()).Throws(new InvalidOperationException("fault"));
        Handle(Requests.New("interrupt_request"), Requests.New("kernel_info_request"));
        Assert.Equal(
            ["busy", "interrupt_reply error", "idle", "busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    });

    private void Handle(params Message[] requests)
    {
        var subshells = new Subshells(_recorder.Interpreter.Object, _ => new ShellQueue(_recorder.Dispatcher));
        using var queue = new ControlQueue(_recorder.Interpreter.Object, subshells, _recorder.Replies.Object, Recorder.Info,
            restart => _recorder.Add($"shut down, restart: {restart}"));
        foreach (var request in requests)
        {
            queue.Add(request);
        }

        queue.Close();
        queue.Run();
    }
}
