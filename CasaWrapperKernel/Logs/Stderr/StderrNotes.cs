using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Logs.Stderr;

/// <summary>
/// What the log and standard error tell each other. All of it is in memory: whoever writes output, and the io thread,
/// may have to wait for who asks here, and must not wait for the disk that the log is on.
/// </summary>
internal sealed class StderrNotes
{
    private readonly Lock _gate = new();
    private readonly RecentWarnings _warnings = new();
    private volatile LogView _view = new(null, InTask: false, ShowsBlocks: false, HasCell: false);
    private long _begun;
    private long _read;
    private bool _hasProgress;
    private int? _progress;

    /// <summary>How the log stands.</summary>
    public LogView View
    {
        get => _view;
        set => _view = value;
    }

    /// <summary>[log] Begins to read the log.</summary>
    public void ReadingBegins() => Interlocked.Increment(ref _begun);

    /// <summary>[log] Has read the log to its end.</summary>
    public void ReadingEnds() => Volatile.Write(ref _read, Volatile.Read(ref _begun));

    /// <summary>The number of the reading, as yet to begin, that will have found all that is in the log now.</summary>
    public long NextReading => Volatile.Read(ref _begun) + 1;

    /// <summary>Whether a reading is over.</summary>
    public bool IsRead(long reading) => Volatile.Read(ref _read) >= reading;

    /// <summary>[log] A line was read.</summary>
    public void Add(LogLine line, string text)
    {
        lock (_gate)
        {
            _warnings.Add(line, text);
        }
    }

    /// <summary>
    /// Whether the log has this line, which CASA also wrote on standard error, and has not been asked for it.
    /// </summary>
    public bool Take(string line)
    {
        lock (_gate)
        {
            return _warnings.Take(line);
        }
    }

    /// <summary>CASA's progress display on standard error has come so far; null when it has ended.</summary>
    public void SetProgress(int? percent)
    {
        lock (_gate)
        {
            (_hasProgress, _progress) = (true, percent);
        }
    }

    /// <summary>[log] What was set since the last call.</summary>
    /// <returns>False if nothing was.</returns>
    public bool TakeProgress(out int? percent)
    {
        lock (_gate)
        {
            percent = _progress;
            var had = _hasProgress;
            _hasProgress = false;
            return had;
        }
    }
}

/// <summary>How the log stands.</summary>
/// <param name="Cell">The cell of the main shell that runs, or ran last.</param>
/// <param name="InTask">Whether a task runs, in it or anywhere.</param>
/// <param name="ShowsBlocks">Whether lines are shown under their cells.</param>
/// <param name="HasCell">Whether there was a cell at all.</param>
internal sealed record LogView(CellLog? Cell, bool InTask, bool ShowsBlocks, bool HasCell);
