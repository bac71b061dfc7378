using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// The control channel's requests, strictly one at a time on a thread of its own: they never wait for user code.
/// </summary>
internal sealed class ControlQueue(
    IInterpreter interpreter, Subshells subshells, IReplies replies, Func<KernelInfoReply> kernelInfo, Action<bool> shutDown)
    : IDisposable
{
    private readonly BlockingCollection<Message> _requests = [];
    private readonly Usage _usage = new();

    public void Add(Message request)
    {
        if (!_requests.IsAddingCompleted)
        {
            _requests.Add(request);
        }
    }

    /// <summary>[kernel-control] Handles requests until a shutdown_request or <see cref="Close"/>.</summary>
    public void Run()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            Publish(request, "busy");
            var end = Handle(request);
            Publish(request, "idle");
            if (end is { } restart)
            {
                shutDown(restart);
                return;
            }
        }
    }

    public void Close() => _requests.CompleteAdding();

    public void Dispose() => _requests.Dispose();

    // A fault of ours must neither leave the client waiting nor end the kernel with this thread.
    private bool? Handle(Message request)
    {
        try
        {
            return Answer(request);
        }
        catch (Exception e)
        {
            replies.Reply(request, Json.Write(new ErrorReply(e.GetType().Name, e.Message, [e.ToString()]),
                WireJson.Default.ErrorReply));
            return null;
        }
    }

    /// <returns>Null to go on; otherwise whether the kernel is to end for a restart.</returns>
    private bool? Answer(Message request)
    {
        switch (request.Type)
        {
            case "kernel_info_request":
                replies.Reply(request, Json.Write(kernelInfo(), WireJson.Default.KernelInfoReply));
                break;
            case "interrupt_request":
                interpreter.Interrupt();
                replies.Reply(request, Json.Write(new OkReply(), WireJson.Default.OkReply));
                break;
            case "debug_request":
                replies.Reply(request, interpreter.Debug(request));
                break;
            case "usage_request":
                replies.Reply(request, Json.Write(_usage.Measure(), WireJson.Default.UsageReply));
                break;
            case "create_subshell_request":
                replies.Reply(request, Json.Write(new CreateSubshellReply(subshells.Create()), WireJson.Default.CreateSubshellReply));
                break;
            case "list_subshell_request":
                replies.Reply(request, Json.Write(new ListSubshellReply(subshells.Ids), WireJson.Default.ListSubshellReply));
                break;
            case "delete_subshell_request":
                replies.Reply(request, DeleteSubshell(request));
                break;
            case "shutdown_request":
                var shutdown = new Shutdown { Restart = Json.Read(request.Content, WireJson.Default.Shutdown)?.Restart ?? false };
                var content = Json.Write(shutdown, WireJson.Default.Shutdown);
                replies.Reply(request, content);
                replies.Publish("shutdown_reply", request.HeaderJson, content);
                return shutdown.Restart;
        }

        return null;
    }

    private byte[] DeleteSubshell(Message request)
    {
        var id = Json.Read(request.Content, WireJson.Default.DeleteSubshellRequest)?.SubshellId ?? "";
        return subshells.Delete(id)
            ? Json.Write(new OkReply(), WireJson.Default.OkReply)
            : Json.Write(new ErrorReply("UnknownSubshellError", $"There is no subshell {id}.", []), WireJson.Default.ErrorReply);
    }

    private void Publish(Message request, string state) => replies.Publish(
        "status", request.HeaderJson, Json.Write(new Status(state), WireJson.Default.Status));
}
