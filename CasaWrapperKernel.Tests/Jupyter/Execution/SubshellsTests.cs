using System.Text.Json;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class SubshellsTests : IDisposable
{
    private readonly Recorder _recorder = new();
    private readonly TaskCompletionSource _cellMayEnd = new();
    private readonly Subshells _subshells;

    public SubshellsTests()
    {
        _recorder.Interpreter.Setup(i => i.StartSubshell(It.IsAny<string>()));
        _recorder.Interpreter.Setup(i => i.EndSubshell(It.IsAny<string>()));
        _recorder.Interpreter.Setup(i => i.ExecuteAsync(It.IsAny<Cell>())).Returns(async (Cell cell) =>
        {
            _recorder.Add("runs");
            await _cellMayEnd.Task;
            return Recorder.Outcome(cell);
        });
        _subshells = new Subshells(_recorder.Interpreter.Object, _ => new ShellQueue(_recorder.Dispatcher));
        _subshells.Start();
    }

    public void Dispose()
    {
        _cellMayEnd.TrySetResult();
        _subshells.Close();
    }

    [Fact]
    public void A_subshell_answers_while_a_cell_runs()
    {
        var id = _subshells.Create();
        _recorder.Interpreter.Verify(i => i.StartSubshell(id));
        Assert.True(_subshells.Add(Requests.Cell()));
        WaitFor("runs");
        Assert.True(_subshells.Add(To(id, "complete_request")));
        WaitFor("complete_reply ok");
        Assert.DoesNotContain("execute_reply ok", _recorder.Events);
        _cellMayEnd.TrySetResult();
        WaitFor("execute_reply ok");
    }

    [Fact]
    public void Without_a_subshell_requests_wait_for_the_cell()
    {
        _subshells.Add(Requests.Cell());
        WaitFor("runs");
        Assert.True(_subshells.Add(Requests.New("complete_request")));
        Thread.Sleep(100);
        Assert.DoesNotContain("complete_reply ok", _recorder.Events);
        _cellMayEnd.TrySetResult();
        WaitFor("complete_reply ok");
    }

    [Fact]
    public void A_subshell_that_is_not_there_is_told()
    {
        Assert.False(_subshells.Add(To("nobody", "complete_request")));
        Assert.False(_subshells.Delete("nobody"));
        var id = _subshells.Create();
        Assert.Equal([id], _subshells.Ids);
        Assert.True(_subshells.Delete(id));
        Assert.False(_subshells.Delete(id));
        Assert.False(_subshells.Add(To(id, "complete_request")));
        Assert.Empty(_subshells.Ids);
        _recorder.Interpreter.Verify(i => i.EndSubshell(id), Times.Once);
    }

    [Fact]
    public void The_control_channel_makes_lists_and_deletes_them()
    {
        var created = Ask("create_subshell_request").GetProperty("subshell_id").GetString()!;
        Assert.Equal(
            created, Assert.Single(Ask("list_subshell_request").GetProperty("subshell_id").EnumerateArray())
            .GetString());
        Assert.Equal("ok", Ask("delete_subshell_request", $$"""{"subshell_id": "{{created}}"}""").GetProperty("status").GetString());
        Assert.Equal("error", Ask("delete_subshell_request", $$"""{"subshell_id": "{{created}}"}""").GetProperty("status").GetString());
        Assert.Empty(Ask("list_subshell_request").GetProperty("subshell_id").EnumerateArray());
    }

    [Fact]
    public async Task The_end_waits_for_what_is_being_answered()
    {
        _subshells.Add(Requests.Cell());
        WaitFor("runs");
        var end = Task.Run(_subshells.Finish);
        Assert.False(end.IsCompleted);
        _cellMayEnd.TrySetResult();
        await end;
        Assert.Equal("idle", _recorder.Events[^1]);
    }

    private JsonElement Ask(string type, string content = "{}")
    {
        var request = Requests.New(type, content);
        using var queue = new ControlQueue(
            _recorder.Interpreter.Object, _subshells,
            new DebugQueue(_recorder.Interpreter.Object, _recorder.Outbox, NullLogger.Instance),
            _recorder.Outbox, Recorder.Info, () => throw new NotSupportedException(), _ => { }, NullLogger.Instance);
        queue.Add(request);
        queue.Close();
        queue.Run();
        var reply = _recorder.Sent.Last(sent => sent.Parent == request.HeaderJson && sent.Type.EndsWith("_reply"));
        return JsonDocument.Parse(reply.Content).RootElement;
    }

    private void WaitFor(string what) =>
        Assert.True(SpinWait.SpinUntil(() => _recorder.Events.Contains(what), 5000), $"{what} did not come");

    private static Message To(string subshell, string type)
    {
        var request = Requests.New(type);
        return request with { Header = request.Header with { SubshellId = subshell } };
    }
}
