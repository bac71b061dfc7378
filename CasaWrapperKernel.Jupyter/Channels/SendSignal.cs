namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Wakes the io thread. Until the next sending one signal of a kind is enough, however much is added meanwhile.
/// </summary>
internal sealed class SendSignal : ISendSignal
{
    private const int Lazy = 1;
    private const int Urgent = 2;
    private int _raised;
    private Action? _wake;

    /// <summary>[kernel-io] Whether something should leave at once.</summary>
    public bool IsUrgent => Volatile.Read(ref _raised) == Urgent;

    /// <summary>Says how the io thread is woken; what was raised before counts as well.</summary>
    public void Attach(Action wake)
    {
        Volatile.Write(ref _wake, wake);
        wake();
    }

    public void Raise(bool urgent)
    {
        var kind = urgent ? Urgent : Lazy;
        var raised = Volatile.Read(ref _raised);
        while (raised < kind)
        {
            var before = Interlocked.CompareExchange(ref _raised, kind, raised);
            if (before == raised)
            {
                Volatile.Read(ref _wake)?.Invoke();
                return;
            }

            raised = before;
        }
    }

    /// <summary>[kernel-io] All that was added until now is about to be sent.</summary>
    public void Reset() => Volatile.Write(ref _raised, 0);
}
