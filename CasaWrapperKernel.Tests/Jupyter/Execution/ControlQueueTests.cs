using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class ControlQueueTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public void An_interrupt_is_passed_on_and_answered()
    {
        Handle(Requests.New("interrupt_request"));
        Assert.Equal(["busy", "interrupt", "interrupt_reply ok", "idle"], _recorder.Events);
    }

    [Fact]
    public void Kernel_info_is_answered()
    {
        Handle(Requests.New("kernel_info_request"));
        Assert.Equal(["busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    }

    [Theory]
    [InlineData("""{"restart": true}""", true)]
    [InlineData("""{"restart": false}""", false)]
    [InlineData("{}", false)]
    [InlineData("no JSON", false)]
    public void A_shutdown_is_answered_published_and_carried_out_last(string content, bool restart)
    {
        Handle(Requests.New("shutdown_request", content), Requests.New("kernel_info_request"));
        Assert.Equal(
            ["busy", "shutdown_reply ok", "shutdown_reply", "idle", $"shut down, restart: {restart}"],
            _recorder.Events);
        Assert.All(_recorder.Sent.Where(sent => sent.Type == "shutdown_reply"),
            reply => Assert.Equal(restart, Json.Read(reply.Content, WireJson.Default.Shutdown)!.Restart));
    }

    [Fact]
    public void The_use_of_the_machine_is_measured()
    {
        Handle(Requests.New("usage_request"));
        Assert.Equal(["busy", "usage_reply", "idle"], _recorder.Events);
        Assert.Equal(4711, Json.Read(_recorder.Sent[1].Content, WireJson.Default.UsageReply)!.KernelMemory);
    }

    [Theory]
    [InlineData("something_new_request")]
    [InlineData("comm_msg")]
    public void What_is_not_known_has_no_reply(string type)
    {
        Handle(Requests.New(type));
        Assert.Equal(["busy", "idle"], _recorder.Events);
    }

    [Fact]
    public void A_fault_does_not_end_the_thread()
    {
        _recorder.Interpreter.Setup(i => i.Interrupt()).Throws(new InvalidOperationException("fault"));
        Handle(Requests.New("interrupt_request"), Requests.New("kernel_info_request"));
        Assert.Equal(
            ["busy", "interrupt_reply error", "idle", "busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    }

    [Fact]
    public async Task An_interrupt_does_not_wait_for_the_debugger()
    {
        var answer = new TaskCompletionSource<byte[]>();
        _recorder.Interpreter.Setup(i => i.DebugAsync(It.IsAny<DebugRequest>())).Returns(answer.Task);
        Handle(Requests.New("debug_request"), Requests.New("interrupt_request"));
        Assert.Contains("interrupt_reply ok", _recorder.Events);
        Assert.DoesNotContain("debug_reply ok", _recorder.Events);
        answer.SetResult("""{"status":"ok"}"""u8.ToArray());
        await Until("debug_reply ok");
    }

    [Fact]
    public async Task A_fault_of_the_debugger_is_answered_and_the_next_request_too()
    {
        _recorder.Interpreter.SetupSequence(i => i.DebugAsync(It.IsAny<DebugRequest>()))
            .ThrowsAsync(new InvalidOperationException("fault")).ReturnsAsync("""{"status":"ok"}"""u8.ToArray());
        Handle(Requests.New("debug_request"), Requests.New("debug_request"));
        await Until("debug_reply ok");
        Assert.Contains("debug_reply error", _recorder.Events);
    }

    private async Task Until(string what)
    {
        while (!_recorder.Events.Contains(what))
        {
            await Task.Delay(5);
        }
    }

    private void Handle(params Message[] requests)
    {
        var subshells = new Subshells(_recorder.Interpreter.Object, _ => new ShellQueue(_recorder.Dispatcher));
        var debug = new DebugQueue(_recorder.Interpreter.Object, _recorder.Outbox, NullLogger.Instance);
        debug.Start();
        using var queue = new ControlQueue(
            _recorder.Interpreter.Object, subshells, debug, _recorder.Outbox, Recorder.Info,
            Usage, restart => _recorder.Add($"shut down, restart: {restart}"), NullLogger.Instance);
        foreach (var request in requests)
        {
            queue.Add(request);
        }

        queue.Close();
        queue.Run();
    }

    private static UsageReply Usage() => new()
    {
        Hostname = "here",
        Pid = 1,
        CpuCount = 1,
        KernelCpu = 0,
        KernelMemory = 4711,
        HostVirtualMemory = new HostMemory(1, 1, 0, 0, 1),
    };
}
