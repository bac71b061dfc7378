using System.Text.Json;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class DispatcherTests
{
    private readonly Recorder _recorder = new();

    [Fact(Timeout = 10_000)]
    public Task A_cell_is_busy_runs_replies_and_is_idle() => Task.Run(async () =>
    {
        var cell = Requests.Cell();
        Assert.True(await _recorder.Handle(cell));
        Assert.Equal(["busy", "starts", "runs", "ends", "execute_reply ok", "idle"], _recorder.Events);
        _recorder.Replies.Verify(r => r.Publish("status", cell.HeaderJson, It.IsAny<byte[]>()), Times.Exactly(2));
        _recorder.Observer.Verify(o => o.CellStarts(cell.HeaderJson));
        _recorder.Observer.Verify(o => o.CellEnds(cell.HeaderJson));
    });

    [Fact(Timeout = 10_000)]
    public Task The_reply_says_when_the_cell_started() => Task.Run(async () =>
    {
        var before = DateTime.UtcNow.AddSeconds(-1);
        await _recorder.Handle(Requests.Cell());
        _recorder.Replies.Verify(r => r.Reply(
            It.IsAny<Message>(), It.IsAny<byte[]>(), It.Is<byte[]?>(metadata => StartedBetween(metadata!, before, DateTime.UtcNow))));
    });

    [Fact(Timeout = 10_000)]
    public Task A_request_can_be_refused() => Task.Run(() =>
    {
        _recorder.Dispatcher.Refuse(Requests.Cell(), "UnknownSubshellError", "There is no subshell x.");
        Assert.Equal(["busy", "execute_reply error", "idle"], _recorder.Events);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("fail", true, false, false)]
    [InlineData("fail", false, false, true)]
    [InlineData("fail", true, true, true)]
    [InlineData("pass", true, false, true)]
    public Task Only_a_cell_that_fails_and_says_so_stops_those_behind_it(string code, bool stopOnError, bool silent, bool goesOn) =>
        Task.Run(async () => Assert.Equal(goesOn, await _recorder.Handle(Requests.Cell(code, stopOnError, silent))));

    [Fact(Timeout = 10_000)]
    public Task A_fault_of_the_kernel_becomes_an_error_reply_and_idle() => Task.Run(async () =>
    {
        _recorder.Interpreter.Setup(i => i.Execute(It.IsAny<Message>())).Throws(new InvalidOperationException("fault"));
        Assert.True(await _recorder.Handle(Requests.Cell()));
        Assert.Equal(["busy", "starts", "ends", "execute_reply error", "idle"], _recorder.Events);
        _recorder.Replies.Verify(r => r.Reply(
            It.IsAny<Message>(),
            It.Is<byte[]>(content => Json.Read(content, WireJson.Default.ErrorReply)!.Evalue == "fault"),
            null));
    });

    [Fact(Timeout = 10_000)]
    public Task Content_that_is_not_understood_is_answered_and_not_run() => Task.Run(async () =>
    {
        Assert.True(await _recorder.Handle(Requests.New("execute_request", """{"silent": "yes"}""")));
        Assert.Equal(["busy", "execute_reply error", "idle"], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task Kernel_info_needs_no_Python() => Task.Run(async () =>
    {
        Assert.True(await _recorder.Handle(Requests.New("kernel_info_request")));
        Assert.Equal(["busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("complete_request")]
    [InlineData("history_request")]
    public Task Other_requests_are_answered_by_Python(string type) => Task.Run(async () =>
    {
        var request = Requests.New(type);
        _recorder.Interpreter.Setup(i => i.Ask(request)).ReturnsAsync("""{"status":"ok"}"""u8.ToArray());
        Assert.True(await _recorder.Handle(request));
        Assert.Equal(["busy", $"{Protocol.ReplyTo(type)} ok", "idle"], _recorder.Events);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("comm_msg")]
    [InlineData("something_new_request")]
    public Task What_Python_does_not_answer_has_no_reply(string type) => Task.Run(async () =>
    {
        _recorder.Interpreter.Setup(i => i.Ask(It.IsAny<Message>())).ReturnsAsync((byte[]?)null);
        Assert.True(await _recorder.Handle(Requests.New(type)));
        Assert.Equal(["busy", "idle"], _recorder.Events);
    });

    [Fact(Timeout = 10_000)]
    public Task A_cell_that_is_not_to_run_is_answered_with_the_number_of_the_last_one() => Task.Run(async () =>
    {
        await _recorder.Handle(Requests.Cell());
        _recorder.Dispatcher.Abort(Requests.Cell());
        Assert.Equal(["busy", "execute_reply aborted", "idle"], _recorder.Events.Skip(6));
        _recorder.Replies.Verify(r => r.Reply(
            It.IsAny<Message>(),
            It.Is<byte[]>(c => Json.Read(c, WireJson.Default.AbortedReply)!.ExecutionCount == 7),
            null));
        _recorder.Interpreter.Verify(i => i.Execute(It.IsAny<Message>()), Times.Once);
    });

    private static bool StartedBetween(byte[] metadata, DateTime first, DateTime last)
    {
        using var json = JsonDocument.Parse(metadata);
        var started = json.RootElement.GetProperty("started").GetDateTimeOffset();
        return started.Offset == TimeSpan.Zero && started >= first && started <= last;
    }
}
