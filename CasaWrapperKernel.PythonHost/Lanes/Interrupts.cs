using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>Interrupts on their way to Python's main thread.</summary>
/// <param name="setFlag">Sets Python's own flag for a pending SIGINT.</param>
internal sealed class Interrupts(Action setFlag)
{
    private nint _pythonThread;
    private int _asked;

    /// <summary>[python] Remembers the calling thread, which interrupts go to; Python is ready for them now.</summary>
    public void Ready()
    {
        Signals.TakeTerminationBack();
        _pythonThread = Libc.pthread_self();
    }

    /// <summary>
    /// A signal alone wakes blocking calls but may miss a loop, a set flag alone the other way round: both together
    /// are prompt. Python's handler asks <see cref="Take"/>, so that the two count as one.
    /// </summary>
    public void Send()
    {
        if (_pythonThread == 0)
        {
            return;
        }

        Volatile.Write(ref _asked, 1);
        setFlag();
        Libc.pthread_kill(_pythonThread, Libc.SIGINT);
    }

    /// <summary>[python] Whether an interrupt was asked for since the last call.</summary>
    public bool Take() => Interlocked.Exchange(ref _asked, 0) == 1;
}
