using System.Collections.Concurrent;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// Things for one Python thread, in order. Python waits on the descriptor rather than in managed code, since only a
/// system call of its own is woken by an interrupt; it reads the descriptor and then takes until nothing is left.
/// </summary>
internal sealed unsafe class EventQueue<T>
    where T : class
{
    private readonly ConcurrentQueue<T> _waiting = new();

    /// <summary>
    /// An eventfd that is readable when something was added. Not blocking, so that it may be read at any time.
    /// </summary>
    public int Descriptor { get; } =
        Libc.Checked(Libc.eventfd(0, Libc.O_CLOEXEC | Libc.O_NONBLOCK), "no event descriptor can be made");

    public void Add(T item)
    {
        _waiting.Enqueue(item);
        var one = 1UL;
        Libc.write(Descriptor, (byte*)&one, sizeof(ulong));
    }

    /// <summary>The oldest, or null.</summary>
    public T? Take() => _waiting.TryDequeue(out var item) ? item : null;
}
