namespace CasaWrapperKernel.Zmtp;

/// <summary>Calls back once, on the loop's thread, some time after it was started. Belongs to that thread.</summary>
public sealed class ZmtpTimer(Action elapsed)
{
    /// <summary>When it is due, by <see cref="Environment.TickCount64"/>; null while it is stopped.</summary>
    internal long? Due { get; private set; }

    /// <summary>Starts it, from now; if it is running already, its time stays.</summary>
    public void Start(TimeSpan delay) => Due ??= Environment.TickCount64 + (long)delay.TotalMilliseconds;

    /// <summary>Stops it.</summary>
    public void Stop() => Due = null;

    internal void Elapse()
    {
        Due = null;
        elapsed();
    }
}
