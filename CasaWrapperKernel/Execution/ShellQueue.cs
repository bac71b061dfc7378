using System.Collections.Concurrent;
using CasaWrapperKernel.Wire;

namespace CasaWrapperKernel.Execution;

/// <summary>
/// The shell channel's requests in the order in which they came, handled one at a time on a thread of its own:
/// busy, work, reply, idle, whatever the request is.
/// </summary>
internal sealed class ShellQueue(Dispatcher dispatcher) : IDisposable
{
    private readonly BlockingCollection<Message> _requests = [];

    public void Add(Message request)
    {
        if (!_requests.IsAddingCompleted)
        {
            _requests.Add(request);
        }
    }

    /// <summary>[kernel-shell] Handles requests until <see cref="Close"/>.</summary>
    public void Run()
    {
        foreach (var request in _requests.GetConsumingEnumerable())
        {
            if (!dispatcher.Handle(request))
            {
                AbortWaiting();
            }
        }
    }

    public void Close() => _requests.CompleteAdding();

    public void Dispose() => _requests.Dispose();

    // Specification, "Execution": after an error the cells that already wait are not run; other requests still are.
    private void AbortWaiting()
    {
        for (var waiting = _requests.Count; waiting > 0 && _requests.TryTake(out var request); waiting--)
        {
            if (request.Type == "execute_request")
            {
                dispatcher.Abort(request);
            }
            else
            {
                dispatcher.Handle(request);
            }
        }
    }
}
