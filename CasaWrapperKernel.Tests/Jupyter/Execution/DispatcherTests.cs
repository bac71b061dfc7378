using System.Text.Json;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class DispatcherTests
{
    private readonly Recorder _recorder = new();

    [Fact]
    public async Task A_cell_is_busy_runs_replies_and_is_idle()
    {
        var cell = Requests.Cell();
        Assert.True(await _recorder.Handle(cell));
        Assert.Equal(["busy", "starts", "runs", "ends", "execute_reply ok", "idle"], _recorder.Events);
        Assert.All(_recorder.Sent, sent => Assert.Equal(cell.HeaderJson, sent.Parent));
        _recorder.Observer.Verify(o => o.CellStarts(It.Is<Cell>(started => started.Message == cell), 1));
        _recorder.Observer.Verify(o => o.CellEnds(It.Is<Cell>(ended => ended.Message == cell)));
    }

    [Fact]
    public async Task The_reply_says_when_the_cell_started()
    {
        var before = DateTime.UtcNow.AddSeconds(-1);
        await _recorder.Handle(Requests.Cell());
        Assert.True(StartedBetween(Reply().Metadata, before, DateTime.UtcNow));
    }

    [Fact]
    public void A_request_can_be_refused()
    {
        _recorder.Dispatcher.Refuse(Requests.Cell(), "UnknownSubshellError", "There is no subshell x.");
        Assert.Equal(["busy", "execute_reply error", "idle"], _recorder.Events);
    }

    [Theory]
    [InlineData("fail", true, false, false)]
    [InlineData("fail", false, false, true)]
    [InlineData("fail", true, true, true)]
    [InlineData("pass", true, false, true)]
    public async Task Only_a_cell_that_fails_and_says_so_stops_those_behind_it(
        string code, bool stopOnError, bool silent, bool goesOn) =>
        Assert.Equal(goesOn, await _recorder.Handle(Requests.Cell(code, stopOnError, silent)));

    [Fact]
    public async Task A_fault_of_the_kernel_becomes_an_error_reply_and_idle()
    {
        _recorder.Interpreter.Setup(i => i.ExecuteAsync(It.IsAny<Cell>()))
            .Throws(new InvalidOperationException("fault"));
        Assert.True(await _recorder.Handle(Requests.Cell()));
        Assert.Equal(["busy", "starts", "ends", "execute_reply error", "idle"], _recorder.Events);
        Assert.Equal("fault", Reply().Text("evalue"));
    }

    [Fact]
    public async Task Content_that_is_not_understood_is_answered_and_not_run()
    {
        Assert.True(await _recorder.Handle(Requests.New("execute_request", """{"silent": "yes"}""")));
        Assert.Equal(["busy", "execute_reply error", "idle"], _recorder.Events);
    }

    [Fact]
    public async Task Kernel_info_needs_no_Python()
    {
        Assert.True(await _recorder.Handle(Requests.New("kernel_info_request")));
        Assert.Equal(["busy", "kernel_info_reply ok", "idle"], _recorder.Events);
    }

    [Theory]
    [InlineData("complete_request")]
    [InlineData("history_request")]
    public async Task Other_requests_are_answered_by_Python(string type)
    {
        var request = Requests.New(type);
        Assert.True(await _recorder.Handle(request));
        _recorder.Interpreter.Verify(i => i.AnswerAsync(new Question(request)));
        Assert.Equal(["busy", $"{Protocol.ReplyTo(type)} ok", "idle"], _recorder.Events);
    }

    [Theory]
    [InlineData("comm_msg")]
    [InlineData("something_new_request")]
    public async Task What_is_not_answered_has_no_reply(string type)
    {
        Assert.True(await _recorder.Handle(Requests.New(type)));
        Assert.Equal(["busy", "idle"], _recorder.Events);
    }

    [Fact]
    public async Task A_cell_that_is_not_to_run_is_answered_with_the_number_of_the_last_one()
    {
        await _recorder.Handle(Requests.Cell());
        _recorder.Dispatcher.Abort(Requests.Cell());
        Assert.Equal(["busy", "execute_reply aborted", "idle"], _recorder.Events.Skip(6));
        Assert.Equal(7, Json.Read(_recorder.Sent[^2].Content, WireJson.Default.AbortedReply)!.ExecutionCount);
        _recorder.Interpreter.Verify(i => i.ExecuteAsync(It.IsAny<Cell>()), Times.Once);
    }

    private Outgoing Reply() => Assert.Single(_recorder.Sent, sent => sent.Type == "execute_reply");

    private static bool StartedBetween(byte[] metadata, DateTime first, DateTime last)
    {
        using var json = JsonDocument.Parse(metadata);
        var started = json.RootElement.GetProperty("started").GetDateTimeOffset();
        return started.Offset == TimeSpan.Zero && started >= first && started <= last;
    }
}
