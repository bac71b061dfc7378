using System.Threading.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// The shell channel's requests in the order in which they came, handled one at a time: busy, work, reply, idle,
/// whatever the request is. No thread waits for the work: whoever ends it goes on here.
/// </summary>
internal sealed class ShellQueue(Dispatcher dispatcher)
{
    private readonly Channel<Message> _requests = Channel.CreateUnbounded<Message>();

    /// <summary>Queues a request; too late after <see cref="Close"/>, and no fault.</summary>
    public void Add(Message request) => _requests.Writer.TryWrite(request);

    /// <summary>Handles requests until <see cref="Close"/>.</summary>
    public async Task RunAsync()
    {
        await foreach (var request in _requests.Reader.ReadAllAsync())
        {
            await AbortCellsAsync(await dispatcher.HandleAsync(request, Waiting));
        }
    }

    private int Waiting() => _requests.Reader.Count;

    public void Close() => _requests.Writer.TryComplete();

    // Specification, "Execution": after an error the cells that already wait are not run; other requests still are.
    private async Task AbortCellsAsync(int waiting)
    {
        for (; waiting > 0 && _requests.Reader.TryRead(out var request); waiting--)
        {
            if (request.Type == "execute_request")
            {
                dispatcher.Abort(request);
            }
            else
            {
                await dispatcher.HandleAsync(request, Waiting);
            }
        }
    }
}
