using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Output;
using CasaWrapperKernel.Tests.Support;
using Moq;

namespace CasaWrapperKernel.Tests.PythonHost;

public sealed class PythonInterpreterTests
{
    private readonly Mock<IPythonBridge> _bridge = new(MockBehavior.Strict);
    private readonly Jobs _jobs = new();
    private readonly RunningCell _running = new();
    private readonly Outbox _outbox = new();
    private readonly CellOutput _output;
    private readonly PythonInterpreter _python;

    public PythonInterpreterTests()
    {
        _output = new CellOutput(_jobs, _outbox);
        _python = new PythonInterpreter(
            _jobs, new Interrupts(_bridge.Object.SetInterrupt), new Questions(_jobs, _outbox), _running, _outbox);
    }

    [Fact]
    public async Task A_cell_runs_in_the_main_lane_and_what_C_code_writes_is_taken_for_its()
    {
        var cell = Cell.Read(Requests.Cell())!;
        var outcome = _python.ExecuteAsync(cell);
        Assert.Equal(cell.Message.HeaderJson, _running.Header);
        var job = _jobs.Take(Jobs.MainLane)!;
        _output.Write(job.Id, "stdout", "text\n"u8);
        _output.Write(job.Id, "stdout", ""u8);
        _output.Publish(job.Id, "display_data", "{}"u8.ToArray(), "{}"u8.ToArray(), [[1]]);
        _output.Complete(job.Id, new JobResult("""{"status":"ok"}"""u8.ToArray(), Ok: true, ExecutionCount: 3));
        Assert.Equal((true, 3), ((await outcome).Ok, (await outcome).ExecutionCount));
        var sent = _outbox.TakeAll();
        Assert.Equal(["stdout:text\n", "display_data"], sent.Transcript());
        Assert.All(sent, one => Assert.Equal(cell.Message.HeaderJson, one.Message.Parent));
    }

    [Fact]
    public async Task Each_kind_of_request_has_its_lane()
    {
        var question = _python.AnswerAsync(new Question(Requests.New("complete_request")));
        Complete(Jobs.MainLane, "complete_request");
        Assert.Equal("{}", Encoding.UTF8.GetString(await question));
        var comm = _python.HandleAsync(new CommMessage(Requests.New("comm_msg")));
        Complete(Jobs.MainLane, "comm_msg");
        await comm;
        var debug = _python.DebugAsync(new DebugRequest(Requests.New("debug_request")));
        Complete(Jobs.ControlLane, "debug_request");
        await debug;
        _python.Stop(restart: true);
        Complete(Jobs.MainLane, "shutdown_request");
    }

    [Fact]
    public async Task A_subshell_has_a_lane_from_its_start_to_its_end()
    {
        _python.StartSubshell("one");
        Complete(Jobs.ControlLane, "start_subshell");
        var answer = _python.AnswerAsync(To("one"));
        Complete("one", "complete_request");
        await answer;
        _python.EndSubshell("one");
        Assert.Contains("deleted", Encoding.UTF8.GetString(await _python.AnswerAsync(To("one"))));
        Assert.Equal("end_subshell", _jobs.Take("one")!.Request.Type);
    }

    [Fact]
    public async Task Where_there_is_no_Python_a_cell_shows_why()
    {
        _jobs.Fail("No Python.");
        var outcome = await _python.ExecuteAsync(Cell.Read(Requests.Cell())!);
        Assert.False(outcome.Ok);
        var error = Assert.Single(_outbox.TakeAll()).Message;
        Assert.Equal(("error", "No Python."), (error.Type, error.Text("evalue")));
    }

    [Fact]
    // the strict mock would say so
    public void An_interrupt_before_Python_is_ready_does_nothing() => _python.Interrupt();

    [Fact]
    public void Whoever_prints_much_is_told_to_wait()
    {
        _output.Write(0, "stdout", new byte[3 << 20]);
        Assert.True(_output.IsFull);
        _output.WaitForRoom();
        _outbox.TakeAll();
        Assert.False(_output.IsFull);
    }

    private void Complete(string lane, string type)
    {
        var job = _jobs.Take(lane)!;
        Assert.Equal(type, job.Request.Type);
        _output.Complete(job.Id, new JobResult("{}"u8.ToArray(), Ok: true, ExecutionCount: 0));
    }

    private static Question To(string subshell)
    {
        var request = Requests.New("complete_request");
        return new Question(request with { Header = request.Header with { SubshellId = subshell } });
    }
}
