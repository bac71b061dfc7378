using NetMQ;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Wakes the io thread. Until the next sending one signal of a kind is enough, however much is added meanwhile.
/// </summary>
internal sealed class SendSignal : ISendSignal, IDisposable
{
    private const int Lazy = 1;
    private const int Urgent = 2;
    private int _raised;

    /// <summary>What the io thread waits for; the value says whether it is urgent.</summary>
    public NetMQQueue<bool> Queue { get; } = new();

    public void Raise(bool urgent)
    {
        var kind = urgent ? Urgent : Lazy;
        var raised = Volatile.Read(ref _raised);
        while (raised < kind)
        {
            var before = Interlocked.CompareExchange(ref _raised, kind, raised);
            if (before == raised)
            {
                Queue.Enqueue(urgent);
                return;
            }

            raised = before;
        }
    }

    /// <summary>[kernel-io] All that was added until now is about to be sent.</summary>
    public void Reset() => Volatile.Write(ref _raised, 0);

    public void Dispose() => Queue.Dispose();
}
