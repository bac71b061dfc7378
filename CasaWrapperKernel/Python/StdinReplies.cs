using System.Collections.Concurrent;
using CasaWrapperKernel.Native;

namespace CasaWrapperKernel.Python;

/// <summary>
/// Answers of front ends to input_request. Python waits for them on an event descriptor rather than in managed code,
/// since only a system call of its own is woken by an interrupt.
/// </summary>
internal sealed unsafe class StdinReplies
{
    private readonly ConcurrentQueue<string> _values = new();

    /// <summary>Becomes readable when a reply is there.</summary>
    public int Descriptor { get; } = Libc.eventfd(0, Libc.O_CLOEXEC | Libc.O_NONBLOCK);

    public void Add(string value)
    {
        _values.Enqueue(value);
        var one = 1UL;
        Libc.write(Descriptor, (byte*)&one, sizeof(ulong));
    }

    /// <summary>The oldest reply, or null.</summary>
    public string? Take()
    {
        ulong count;
        Libc.read(Descriptor, (byte*)&count, sizeof(ulong));
        return _values.TryDequeue(out var value) ? value : null;
    }

    /// <summary>Forgets replies to questions that nobody waits for any more.</summary>
    public void Clear()
    {
        while (Take() is not null)
        {
        }
    }
}
