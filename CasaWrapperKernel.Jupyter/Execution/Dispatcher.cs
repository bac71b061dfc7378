using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>What each request of the shell channel gets: status busy, its handler, its reply, status idle.</summary>
internal sealed class Dispatcher(
    IInterpreter interpreter, IReplies replies, Func<KernelInfoReply> kernelInfo, ICellObserver observer)
{
    private int _executionCount;

    /// <param name="request">What a client asks.</param>
    /// <param name="waiting">How many requests wait behind it at this moment.</param>
    /// <returns>
    /// Of how many that wait behind a failed cell the cells are not to run. What comes after its reply is none of them.
    /// </returns>
    public async Task<int> Handle(Message request, Func<int> waiting)
    {
        Publish(request, "busy");
        try
        {
            return await Answer(request, waiting);
        }
        catch (Exception e)
        {
            // A fault of ours must not leave the client waiting for ever.
            replies.Reply(request, Json.Write(new ErrorReply(e.GetType().Name, e.Message, [e.ToString()]),
                WireJson.Default.ErrorReply));
            return 0;
        }
        finally
        {
            Publish(request, "idle");
        }
    }

    /// <summary>Answers a cell that is not to run, since one before it failed.</summary>
    public void Abort(Message request)
    {
        Publish(request, "busy");
        replies.Reply(request, Json.Write(new AbortedReply(_executionCount), WireJson.Default.AbortedReply));
        Publish(request, "idle");
    }

    /// <summary>Answers a request that nobody here can handle.</summary>
    public void Refuse(Message request, string ename, string evalue)
    {
        Publish(request, "busy");
        replies.Reply(request, Json.Write(new ErrorReply(ename, evalue, []), WireJson.Default.ErrorReply));
        Publish(request, "idle");
    }

    private async Task<int> Answer(Message request, Func<int> waiting)
    {
        switch (request.Type)
        {
            case "kernel_info_request":
                replies.Reply(request, Json.Write(kernelInfo(), WireJson.Default.KernelInfoReply));
                return 0;
            case "execute_request":
                return await Execute(request, waiting);
            default:
                if (await interpreter.Ask(request) is { } content)
                {
                    replies.Reply(request, content);
                }

                return 0;
        }
    }

    private async Task<int> Execute(Message request, Func<int> waiting)
    {
        var content = Json.Read(request.Content, WireJson.Default.ExecuteRequest);
        if (content is null)
        {
            replies.Reply(request, Json.Write(
                new ErrorReply("MessageError", "The content of this execute_request is not understood.", []),
                WireJson.Default.ErrorReply));
            return 0;
        }

        var started = new ExecuteReplyMetadata(DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ"));
        observer.CellStarts(request.HeaderJson);
        ExecuteOutcome outcome;
        try
        {
            outcome = await interpreter.Execute(request);
        }
        finally
        {
            observer.CellEnds(request.HeaderJson);
        }

        _executionCount = outcome.ExecutionCount;
        var notToRun = outcome.Ok || content.Silent || !content.StopOnError ? 0 : waiting();
        replies.Reply(request, outcome.Reply, Json.Write(started, WireJson.Default.ExecuteReplyMetadata));
        return notToRun;
    }

    private void Publish(Message request, string state) => replies.Publish(
        "status", request.HeaderJson, Json.Write(new Status(state), WireJson.Default.Status));
}
