using CasaWrapperKernel.Channels;
using CasaWrapperKernel.Execution;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Follows CASA's log and shows its lines under the cell that caused them, while it runs. Nothing here needs Python,
/// but Python tells which cell a task, or a line that Python code writes, belongs to.
/// </summary>
internal sealed class CasaLog : ICellObserver
{
    private const int PollMilliseconds = 25;

    // It may be taken inside the outbox's lock (HasWarning): so nothing is ever posted while it is held.
    private readonly Lock _gate = new();
    private readonly Outbox _outbox;
    private readonly RecentWarnings _recent = new();
    private readonly TaskFrames _tasks = new();
    private readonly List<LogFile> _files = [];
    private readonly CellLogs _cells = new();
    private readonly Counts _counts = new();
    private readonly BlockPlaces _places;
    private CellLog? _main;
    private OpenLog? _children;
    private bool _on = true;
    private string _level = "DEBUGGING";

    public CasaLog(Outbox outbox, string file)
    {
        _outbox = outbox;
        _places = new BlockPlaces(_cells, _gate, cell => ShowNews(cell));
        outbox.Observer = _places;
        _files.Add(new LogFile(file));
    }

    /// <summary>The cell of the main shell that runs, or ran last, and whether a task runs in it or anywhere.</summary>
    public (CellLog? Cell, bool InTask) Current
    {
        get
        {
            lock (_gate)
            {
                return (_main, _tasks.Newest(null) is { IsRunning: true });
            }
        }
    }

    /// <summary>
    /// Follows another file too: its programs go on writing to the one before. What it holds already is none of this
    /// session.
    /// </summary>
    public void Follow(string path)
    {
        lock (_gate)
        {
            ReadNew();
            var file = _files.Find(file => file.Path == path) ?? new LogFile(path);
            _files.Remove(file);
            _files.Add(file);
        }
    }

    /// <summary>[casa-log] Polls for ever; a file on a network disk gives no other notice.</summary>
    public void Run()
    {
        while (true)
        {
            Thread.Sleep(PollMilliseconds);
            EndAbandoned();
            ShowNews();
        }
    }

    public void CellStarts(byte[] parent) => CellStarts(parent, isMain: true);

    /// <param name="parent">Header JSON of the execute_request.</param>
    /// <param name="isMain">Whether the main shell runs it.</param>
    public void CellStarts(byte[] parent, bool isMain)
    {
        ShowNews(_cells.Newest); // what came between the cells belongs to the one before
        lock (_gate)
        {
            ReadNew();
            var cell = CellOf(parent);
            _cells.Begin(cell);
            _main = isMain ? cell : _main;
        }
    }

    public void CellEnds(byte[] parent)
    {
        CellLog? cell;
        lock (_gate)
        {
            ReadNew();
            cell = _cells.Known(parent);
            cell?.Progress(null);
        }

        ShowNews(cell);
        lock (_gate)
        {
            if (cell is not null)
            {
                _tasks.Close(cell);
                _cells.End(cell);
            }
        }
    }

    /// <summary>[kernel-io] A front end has sent <c>comm_close</c> with this content.</summary>
    public void WidgetCloses(byte[] content) => _places.Closed(content);

    /// <summary>Whether the log has this line, which CASA also wrote on standard error, and shows it.</summary>
    public bool HasWarning(string line)
    {
        lock (_gate)
        {
            ReadNew();
            return _recent.Take(line) && _on;
        }
    }

    /// <summary>CASA's progress display on standard error has come so far; null when it has ended.</summary>
    /// <returns>Whether the log block shows it.</returns>
    public bool Progress(int? percent)
    {
        lock (_gate)
        {
            (_tasks.Newest(null)?.Cell ?? _cells.Newest)?.Progress(percent);
            return _on && _cells.Newest is not null;
        }
    }

    /// <summary>The lines that come next are written by Python code of this cell; those before were not.</summary>
    /// <param name="parent">Empty when the code is done.</param>
    public void Own(byte[] parent)
    {
        lock (_gate)
        {
            var owner = IsNoCell(parent) ? null : CellOf(parent);
            if (owner == _cells.Newest && !_tasks.AreBeside(owner))
            {
                owner = null; // the lines go there anyway, and thousands of them need not be looked for one by one
            }

            if (owner != _cells.Owner)
            {
                ReadNew();
                _cells.Owner = owner;
            }
        }
    }

    /// <summary>A task begins that no other has called.</summary>
    public void TaskBegins(byte[] parent, LogArgument task)
    {
        lock (_gate)
        {
            ReadNew();
            Begin(IsNoCell(parent) ? _cells.Newest : CellOf(parent), task);
        }
    }

    /// <summary>A task has returned or raised.</summary>
    public void TaskEnds(LogArgument task)
    {
        lock (_gate)
        {
            ReadNew();
            End(task);
        }
    }

    /// <summary>Forked children, which have no way to the host, write into this file what they have to say.</summary>
    public void HearChildren(string path)
    {
        lock (_gate)
        {
            _children = new OpenLog(path);
        }
    }

    /// <summary>Shows blocks, or no more. What came while it did not is not shown later.</summary>
    public void Switch(bool on)
    {
        lock (_gate)
        {
            ReadNew();
            _on = on;
            foreach (var cell in _cells.All)
            {
                cell.Forget();
            }
        }
    }

    /// <summary>Shows lines of this priority and above.</summary>
    public void SetLevel(string priority)
    {
        lock (_gate)
        {
            ReadNew();
            _level = priority;
        }
    }

    /// <summary>How things stand.</summary>
    public LogState State()
    {
        lock (_gate)
        {
            ReadNew();
            return new LogState(_on, _counts.ToString(), [.. _files.SelectMany(file => file.Parts)]);
        }
    }

    /// <summary>The block of the last cell before the running one that logged something, or null.</summary>
    public IReadOnlyDictionary<string, string>? Last()
    {
        lock (_gate)
        {
            ReadNew();
            var last = _cells.All.LastOrDefault(cell => cell != _main && cell.Block.Counts.Lines > 0);
            return last?.Content($"casa-log-{Guid.NewGuid():N}");
        }
    }

    /// <summary>All that has been logged in this session.</summary>
    public IReadOnlyDictionary<string, string> Session()
    {
        LogFile[] files;
        lock (_gate)
        {
            files = [.. _files];
        }

        return new SessionLog(files).Content();
    }

    /// <summary>Shows what is due.</summary>
    /// <param name="ended">The cell whose output must be complete now.</param>
    public void ShowNews(CellLog? ended = null)
    {
        do
        {
            lock (_gate)
            {
                ReadNew(); // may wait for a disk, so not while the outbox is locked
            }
        }
        while (!TryPostNews(ended));
    }

    private void ReadNew()
    {
        _children?.ReadNew(Hear);
        foreach (var file in _files)
        {
            file.ReadNew(Add);
        }
    }

    private void Hear(string call)
    {
        var given = LogCalls.Read(call);
        if (given.Command == "end")
        {
            End(given);
        }
        else
        {
            Begin(_cells.Last(given.Request) ?? _cells.Newest, given);
        }
    }

    private void Begin(CellLog? cell, LogArgument given)
    {
        if (cell is not null)
        {
            cell.TaskBegins(_tasks.Begin(given.Key, given.Task, cell, Worker.Of(given.Process, given.Thread)));
        }
    }

    private void End(LogArgument given)
    {
        if (_tasks.End(given.Key, given.Error, given.Result) is { } task)
        {
            task.Cell.Progress(null);
            task.Cell.TaskEnds(task);
        }
    }

    private void EndAbandoned()
    {
        lock (_gate)
        {
            _tasks.FindWorkers();
            var abandoned = _tasks.Abandoned(_cells.Runs);
            if (abandoned.Count > 0)
            {
                ReadNew(); // a process may have said that all is well and ended then
            }

            foreach (var task in abandoned.Where(task => task.IsRunning))
            {
                task.Abandon();
                _tasks.Remove(task);
                task.Cell.Progress(null);
                task.Cell.TaskEnds(task);
            }
        }
    }

    private void Add(OpenLog log, string text)
    {
        var line = LogLine.Parse(text);
        if (line.IsRule || (line.IsPlotmsReady && !_tasks.Runs("plotms")))
        {
            return;
        }

        _recent.Add(line, text);
        _counts.Add(line);
        var task = _tasks.Place(line, _cells.Owner, _cells.Newest);
        if (line.BegunTask is not null && task is { Workers: null, Begun.End: 0 })
        {
            task.Begun = (log.Name, log.LineEnd);
        }

        if (Priority.Rank(line.Priority) >= Priority.Rank(_level))
        {
            (_cells.Owner ?? task?.Cell ?? _cells.Newest)?.Add(line, task);
        }
    }

    private CellLog CellOf(byte[] parent) => _cells.Of(parent, _files[^1].Path);

    private static bool IsNoCell(byte[] parent) => parent.Length <= Wire.Outgoing.EmptyObject.Length;

    /// <returns>Whether nobody was reading the log just then, whom the outbox should not wait for.</returns>
    private bool TryPostNews(CellLog? ended)
    {
        var isDone = false;

        // What is made as an update must leave before anybody clears what it updates.
        _outbox.Locked(() =>
        {
            if (isDone = _gate.TryEnter())
            {
                News(ended).ForEach(message => _outbox.Post(Channel.Iopub, message));
            }
        });
        return isDone;
    }

    /// <summary>Makes the messages that are due, and leaves the gate.</summary>
    private List<Wire.Outgoing> News(CellLog? ended)
    {
        try
        {
            var (now, inLine) = (Environment.TickCount64, _outbox.IsInLine);
            return [.. (_on ? _cells.All : [])
                .Where(cell => cell == ended ? cell.HasNews : cell.IsDue(now, inLine) && !_places.IsTaken(cell))
                .Select(cell => cell.Show(now, ended: cell == ended))];
        }
        finally
        {
            _gate.Exit();
        }
    }
}
