using CasaWrapperKernel.Wire;

namespace CasaWrapperKernel.Execution;

/// <summary>What each request of the shell channel gets: status busy, its handler, its reply, status idle.</summary>
internal sealed class Dispatcher(
    IInterpreter interpreter, IReplies replies, Func<KernelInfoReply> kernelInfo, ICellObserver observer)
{
    private int _executionCount;

    /// <returns>False if a cell failed that wants the cells waiting behind it not to run.</returns>
    public async Task<bool> Handle(Message request)
    {
        Publish(request, "busy");
        try
        {
            return await Answer(request);
        }
        catch (Exception e)
        {
            // A fault of ours must not leave the client waiting for ever.
            replies.Reply(request, Json.Write(new ErrorReply(e.GetType().Name, e.Message, [e.ToString()]),
                WireJson.Default.ErrorReply));
            return true;
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

    private async Task<bool> Answer(Message request)
    {
        switch (request.Type)
        {
            case "kernel_info_request":
                replies.Reply(request, Json.Write(kernelInfo(), WireJson.Default.KernelInfoReply));
                return true;
            case "execute_request":
                return await Execute(request);
            default:
                if (await interpreter.Ask(request) is { } content)
                {
                    replies.Reply(request, content);
                }

                return true;
        }
    }

    private async Task<bool> Execute(Message request)
    {
        var content = Json.Read(request.Content, WireJson.Default.ExecuteRequest);
        if (content is null)
        {
            replies.Reply(request, Json.Write(
                new ErrorReply("MessageError", "The content of this execute_request is not understood.", []),
                WireJson.Default.ErrorReply));
            return true;
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
        replies.Reply(request, outcome.Reply, Json.Write(started, WireJson.Default.ExecuteReplyMetadata));
        return outcome.Ok || content.Silent || !content.StopOnError;
    }

    private void Publish(Message request, string state) => replies.Publish(
        "status", request.HeaderJson, Json.Write(new Status(state), WireJson.Default.Status));
}
