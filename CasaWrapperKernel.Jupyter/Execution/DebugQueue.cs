using System.Threading.Channels;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using Microsoft.Extensions.Logging;
using Channel = CasaWrapperKernel.Jupyter.Channels.Channel;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// The debug_requests of the control channel, one at a time: the language side may take as long as it likes for one,
/// and neither an interrupt nor a shutdown waits for it.
/// </summary>
internal sealed class DebugQueue(IInterpreter interpreter, Outbox outbox, ILogger log)
{
    private readonly Channel<Message> _requests = System.Threading.Channels.Channel.CreateUnbounded<Message>();

    public void Add(Message request) => _requests.Writer.TryWrite(request);

    public void Close() => _requests.Writer.TryComplete();

    /// <summary>Handles requests until <see cref="Close"/>.</summary>
    public void Start() => Task.Run(RunAsync);

    private async Task RunAsync()
    {
        await foreach (var request in _requests.Reader.ReadAllAsync())
        {
            using var scope = new RequestScope(outbox, Channel.Control, request);
            try
            {
                scope.Reply(await interpreter.DebugAsync(new DebugRequest(request)));
            }
            catch (Exception e)
            {
                Faults.Log(log, request.Type, e);
                scope.Refuse(e);
            }
        }
    }
}
