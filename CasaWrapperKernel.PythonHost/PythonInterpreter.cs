using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.PythonHost;

/// <summary>
/// The hosted CPython as an <see cref="IInterpreter"/>. Requests become jobs in lanes; the Python thread of each lane
/// fetches them when the lane's descriptor wakes it. Nothing here needs the GIL.
/// </summary>
internal sealed class PythonInterpreter(
    Jobs jobs, Interrupts interrupts, Questions questions, RunningCell running, Outbox outbox) : IInterpreter
{
    public async Task<ExecuteOutcome> ExecuteAsync(Cell cell)
    {
        var request = cell.Message;
        var lane = LaneOf(request);
        if (lane == Jobs.MainLane)
        {
            running.Header = request.HeaderJson; // C code has no context: what it writes is taken for the main cell's
        }

        var result = await jobs.RunAsync(lane, request, cell.Content.AllowStdin);
        if (result.Failure is { } reason)
        {
            outbox.Publish(new Outgoing("error", request.HeaderJson, JobResult.ErrorContent(reason)));
        }

        return new ExecuteOutcome(result.Content, result.Ok, result.ExecutionCount);
    }

    public Task<byte[]> AnswerAsync(Question question) => RunAsync(question);

    public Task HandleAsync(CommMessage message) => RunAsync(message);

    public async Task<byte[]> DebugAsync(DebugRequest request) =>
        (await jobs.RunAsync(Jobs.ControlLane, request.Message)).Content;

    public void TakeInput(Input input) => questions.Answer(input);

    public void StartSubshell(string id)
    {
        var thread = new SubshellThread(id, jobs.OpenLane(id).Descriptor);
        jobs.RunAsync(Jobs.ControlLane, "start_subshell", Json.Write(thread, SubshellJson.Default.SubshellThread));
    }

    public void EndSubshell(string id) => jobs.CloseLane(id, $"The subshell {id} was deleted before its turn came.");

    public void Interrupt() => interrupts.Send();

    public void Stop(bool restart)
    {
        var content = Json.Write(new Shutdown { Restart = restart }, WireJson.Default.Shutdown);
        jobs.RunAsync(Jobs.MainLane, "shutdown_request", content);
        interrupts.Send();
    }

    private async Task<byte[]> RunAsync(LanguageRequest request) =>
        (await jobs.RunAsync(LaneOf(request.Message), request.Message)).Content;

    private static string LaneOf(Message request) => request.Header.SubshellId ?? Jobs.MainLane;
}
