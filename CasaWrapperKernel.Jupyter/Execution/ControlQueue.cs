using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// The control channel's requests, strictly one at a time on a thread of its own: they never wait for user code. Those
/// to the debugger, which may have to, go their own way.
/// </summary>
/// <param name="end">Is called last, with whether the kernel is to be started anew.</param>
internal sealed class ControlQueue(
    IInterpreter interpreter, Subshells subshells, DebugQueue debug, Outbox outbox, Func<KernelInfoReply> kernelInfo,
    Func<UsageReply> usage, Action<bool> end, ILogger log)
    : IDisposable
{
    private readonly BlockingCollection<Message> _requests = [];

    public void Add(Message request)
    {
        if (request.Type == "debug_request")
        {
            debug.Add(request);
        }
        else if (!_requests.IsAddingCompleted)
        {
            _requests.Add(request);
        }
    }

    /// <summary>[kernel-control] Handles requests until a shutdown_request or <see cref="Close"/>.</summary>
    public void Run()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            if (Handle(request) is { } restart)
            {
                end(restart);
                return;
            }
        }
    }

    public void Close() => _requests.CompleteAdding();

    public void Dispose() => _requests.Dispose();

    private bool? Handle(Message request)
    {
        using var scope = new RequestScope(outbox, Channel.Control, request);
        try
        {
            return Answer(scope);
        }
        catch (Exception e)
        {
            // It must neither leave the client waiting nor end the kernel with this thread.
            Faults.Log(log, request.Type, e);
            scope.Refuse(e);
            return null;
        }
    }

    /// <returns>Null to go on; otherwise whether the kernel is to end for a restart.</returns>
    private bool? Answer(RequestScope scope)
    {
        switch (scope.Request.Type)
        {
            case "kernel_info_request":
                scope.Reply(kernelInfo(), WireJson.Default.KernelInfoReply);
                break;
            case "interrupt_request":
                interpreter.Interrupt();
                scope.Reply(new OkReply(), WireJson.Default.OkReply);
                break;
            case "usage_request":
                scope.Reply(usage(), WireJson.Default.UsageReply);
                break;
            case "create_subshell_request":
                scope.Reply(new CreateSubshellReply(subshells.Create()), WireJson.Default.CreateSubshellReply);
                break;
            case "list_subshell_request":
                scope.Reply(new ListSubshellReply(subshells.Ids), WireJson.Default.ListSubshellReply);
                break;
            case "delete_subshell_request":
                DeleteSubshell(scope);
                break;
            case "shutdown_request":
                return ShutDown(scope);
        }

        return null;
    }

    private void DeleteSubshell(RequestScope scope)
    {
        var id = Json.Read(scope.Request.Content, WireJson.Default.DeleteSubshellRequest)?.SubshellId ?? "";
        if (subshells.Delete(id))
        {
            scope.Reply(new OkReply(), WireJson.Default.OkReply);
        }
        else
        {
            scope.Refuse("UnknownSubshellError", $"There is no subshell {id}.");
        }
    }

    private bool ShutDown(RequestScope scope)
    {
        var restart = Json.Read(scope.Request.Content, WireJson.Default.Shutdown)?.Restart ?? false;
        var content = Json.Write(new Shutdown { Restart = restart }, WireJson.Default.Shutdown);
        scope.Reply(content);
        outbox.Publish(new Outgoing("shutdown_reply", scope.Request.HeaderJson, content));
        return restart;
    }
}
