using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>What each request of the shell channel gets.</summary>
internal sealed class Dispatcher(
    IInterpreter interpreter, Outbox outbox, Func<KernelInfoReply> kernelInfo, ICellObserver observer, ILogger log)
{
    private int _executionCount;

    /// <param name="request">What a client asks.</param>
    /// <param name="waiting">How many requests wait behind it at this moment.</param>
    /// <returns>
    /// Of how many that wait behind a failed cell the cells are not to run. What comes after its reply is none of them.
    /// </returns>
    public async Task<int> HandleAsync(Message request, Func<int> waiting)
    {
        using var scope = Begin(request);
        try
        {
            return await AnswerAsync(scope, waiting);
        }
        catch (Exception e)
        {
            // It must not leave the client waiting for ever.
            Faults.Log(log, request.Type, e);
            scope.Refuse(e);
            return 0;
        }
    }

    /// <summary>Answers a cell that is not to run, since one before it failed.</summary>
    public void Abort(Message request)
    {
        using var scope = Begin(request);
        scope.Reply(new AbortedReply(_executionCount), WireJson.Default.AbortedReply);
    }

    /// <summary>Answers a request that nobody here can handle.</summary>
    public void Refuse(Message request, string ename, string evalue)
    {
        using var scope = Begin(request);
        scope.Refuse(ename, evalue);
    }

    private RequestScope Begin(Message request) => new(outbox, Channel.Shell, request);

    private async Task<int> AnswerAsync(RequestScope scope, Func<int> waiting)
    {
        switch (scope.Request.Type)
        {
            case "execute_request":
                return await ExecuteAsync(scope, waiting);
            case "kernel_info_request":
                scope.Reply(kernelInfo(), WireJson.Default.KernelInfoReply);
                break;
            case var type when Question.Is(type):
                scope.Reply(await interpreter.AnswerAsync(new Question(scope.Request)));
                break;
            case var type when CommMessage.Is(type):
                await interpreter.HandleAsync(new CommMessage(scope.Request));
                break;
        }

        return 0;
    }

    private async Task<int> ExecuteAsync(RequestScope scope, Func<int> waiting)
    {
        if (Cell.Read(scope.Request) is not { } cell)
        {
            scope.Refuse("MessageError", "The content of this execute_request is not understood.");
            return 0;
        }

        var started = new ExecuteReplyMetadata(DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"));
        observer.CellStarts(cell, _executionCount + 1);
        ExecuteOutcome outcome;
        try
        {
            outcome = await interpreter.ExecuteAsync(cell);
        }
        finally
        {
            observer.CellEnds(cell);
        }

        _executionCount = outcome.ExecutionCount;
        var notToRun = outcome.Ok || cell.Content.Silent || !cell.Content.StopOnError ? 0 : waiting();
        scope.Reply(outcome.Reply, Json.Write(started, WireJson.Default.ExecuteReplyMetadata));
        return notToRun;
    }
}
