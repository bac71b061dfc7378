using CasaWrapperKernel.Jupyter.Execution;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// The end of the kernel that somebody has asked for: an orderly one, as long as that does not take too long.
/// </summary>
/// <param name="endNow">Ends the process, whatever still runs.</param>
internal sealed class Ending(IInterpreter python, Action endNow, TimeProvider time) : IDisposable
{
    // Jupyter waits 5 s for a kernel to end by itself; past 4 s it is better to end than to be killed with work unsent.
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan LittleTime = TimeSpan.FromSeconds(1.5);

    private readonly ManualResetEventSlim _begun = new();
    private ITimer? _watchdog;

    /// <summary>Whether the end was asked for.</summary>
    public bool HasBegun => _begun.IsSet;

    /// <summary>Tells Python to end, with which the kernel ends.</summary>
    public void Begin(bool restart) => Begin(restart, MostTime);

    /// <summary>The same where whoever asks may kill the kernel soon.</summary>
    public void BeginSoon() => Begin(restart: false, LittleTime);

    private void Begin(bool restart, TimeSpan most)
    {
        if (!_begun.IsSet)
        {
            _begun.Set();
            _watchdog = time.CreateTimer(_ => endNow(), null, most, Timeout.InfiniteTimeSpan);
        }

        python.Stop(restart);
    }

    /// <summary>Waits until the end is asked for.</summary>
    public void Wait() => _begun.Wait();

    public void Dispose()
    {
        _watchdog?.Dispose();
        _begun.Dispose();
    }
}
