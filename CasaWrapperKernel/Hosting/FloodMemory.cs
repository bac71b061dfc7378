using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// Gives memory back to the system after a flood of messages, once it is quiet: neither the collector nor C's heap does
/// so by itself soon.
/// </summary>
internal sealed class FloodMemory : IDisposable
{
    private const long FloodBytes = 16 << 20;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);

    private readonly ITimer _timer;
    private readonly Action _giveBack;
    private long _moved;
    private long _movedThen;
    private int _isWatching;

    /// <param name="giveBack">What is done after a flood; by default both heaps are trimmed.</param>
    public FloodMemory(TimeProvider time, Action? giveBack = null)
    {
        _giveBack = giveBack ?? GiveBack;
        _timer = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Counts bytes that came or went.</summary>
    public void Count(long bytes)
    {
        if (Interlocked.Add(ref _moved, bytes) >= FloodBytes && Interlocked.Exchange(ref _isWatching, 1) == 0)
        {
            _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var moved = Volatile.Read(ref _moved);
        if (moved - _movedThen >= FloodBytes / 16)
        {
            _movedThen = moved;
            _timer.Change(Quiet, Timeout.InfiniteTimeSpan);
            return;
        }

        (_moved, _movedThen) = (0, 0);
        Volatile.Write(ref _isWatching, 0);
        _giveBack();
    }

    private static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        Libc.malloc_trim(0);
    }
}
