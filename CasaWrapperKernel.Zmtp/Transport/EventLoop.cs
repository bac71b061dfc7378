namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>Something with a descriptor that the loop waits for.</summary>
internal interface IWatched
{
    void Ready(bool readable, bool writable);

    /// <summary>The watched thing threw; it must end.</summary>
    void Fail(Exception reason);
}

/// <summary>
/// The one thread on which everything happens: it waits for all descriptors at once and calls whoever is ready.
/// Whatever
/// throws is told of it and ended; the loop goes on.
/// </summary>
internal sealed unsafe class EventLoop : IDisposable
{
    private const ulong WakeNumber = 0;

    private readonly Poll _poll = new();
    private readonly int _wake = Native.eventfd(0, Native.EFD_NONBLOCK | Native.EFD_CLOEXEC);
    private readonly Dictionary<ulong, IWatched> _watched = [];
    private readonly List<ZmtpTimer> _timers = [];
    private readonly List<(ulong Number, uint Events)> _ready = [];
    private ulong _lastNumber = WakeNumber;
    private readonly Lock _wakeGate = new();
    private bool _disposed;

    public EventLoop() => _poll.Add(_wake, WakeNumber, Native.EPOLLIN);

    /// <summary>Called when another thread has called <see cref="Wake"/>.</summary>
    public Action Woken { get; set; } = () => { };

    /// <summary>Called after everything that was ready has been handled, before the next wait.</summary>
    public Action Settled { get; set; } = () => { };

    /// <summary>Called with what a callback of ours threw.</summary>
    public Action<Exception> Faulted { get; set; } = _ => { };

    public ZmtpTimer Timer(Action elapsed)
    {
        var timer = new ZmtpTimer(elapsed);
        _timers.Add(timer);
        return timer;
    }

    /// <returns>The number by which to change or end the watch.</returns>
    public ulong Watch(int descriptor, IWatched watched)
    {
        _poll.Add(descriptor, ++_lastNumber, Native.EPOLLIN);
        _watched[_lastNumber] = watched;
        return _lastNumber;
    }

    public void Change(int descriptor, ulong number, bool read, bool write) =>
        _poll.Change(descriptor, number, (read ? Native.EPOLLIN : 0) | (write ? Native.EPOLLOUT : 0));

    public void Unwatch(int descriptor, ulong number)
    {
        _watched.Remove(number);
        _poll.Remove(descriptor);
    }

    /// <summary>[any thread] Makes the loop call <see cref="Woken"/> soon.</summary>
    public void Wake()
    {
        lock (_wakeGate)
        {
            ulong one = 1;
            if (!_disposed)
            {
                Native.write(_wake, &one, sizeof(ulong));
            }
        }
    }

    /// <summary>One turn: waits until something is ready or due, and handles it.</summary>
    public void Turn(TimeSpan? mostWait = null)
    {
        _ready.Clear();
        _poll.Wait(WaitMilliseconds(mostWait), _ready);
        foreach (var (number, events) in _ready)
        {
            if (number == WakeNumber)
            {
                ulong count;
                Native.read(_wake, &count, sizeof(ulong));
                Guard(Woken);
            }
            else if (_watched.TryGetValue(number, out var watched))
            {
                Call(watched, events);
            }
        }

        CallTimers();
        Guard(Settled);
    }

    /// <summary>Calls something of ours; if it throws, that is told, and no more.</summary>
    public void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Faulted(e);
        }
    }

    public void Dispose()
    {
        // The number of a closed descriptor may be somebody else's soon.
        lock (_wakeGate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _poll.Dispose();
                Native.close(_wake);
            }
        }
    }

    private static void Call(IWatched watched, uint events)
    {
        try
        {
            // Errors and the peer's end show when reading.
            watched.Ready((events & ~Native.EPOLLOUT) != 0, (events & Native.EPOLLOUT) != 0);
        }
        catch (Exception e)
        {
            watched.Fail(e);
        }
    }

    private void CallTimers()
    {
        var now = Environment.TickCount64;
        foreach (var timer in _timers)
        {
            if (timer.Due <= now)
            {
                Guard(timer.Elapse);
            }
        }
    }

    private int WaitMilliseconds(TimeSpan? most)
    {
        var wait = (long?)most?.TotalMilliseconds ?? long.MaxValue;
        foreach (var timer in _timers)
        {
            wait = Math.Min(wait, timer.Due - Environment.TickCount64 ?? long.MaxValue);
        }

        return wait == long.MaxValue ? -1 : (int)Math.Clamp(wait, 0, int.MaxValue);
    }
}
