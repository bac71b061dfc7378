using System.Collections.Concurrent;
using CasaWrapperKernel.Native;

namespace CasaWrapperKernel.Python;

/// <summary>
/// Jobs for one Python thread, in order: its event loop or its loop of takes waits on the descriptor.
/// </summary>
internal sealed unsafe class Lane
{
    private readonly ConcurrentQueue<Job> _waiting = new();

    /// <summary>An eventfd that is readable when there are jobs. Not blocking, so that it may be read at any time.</summary>
    public int Descriptor { get; } = Libc.eventfd(0, Libc.O_CLOEXEC | Libc.O_NONBLOCK);

    public void Add(Job job)
    {
        _waiting.Enqueue(job);
        var one = 1UL;
        Libc.write(Descriptor, (byte*)&one, sizeof(ulong));
    }

    /// <summary>The oldest job, or null.</summary>
    public Job? Take() => _waiting.TryDequeue(out var job) ? job : null;
}
