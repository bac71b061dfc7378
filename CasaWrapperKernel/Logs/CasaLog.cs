using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;
using CasaWrapperKernel.Logs.Rendering;
using CasaWrapperKernel.Logs.Stderr;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Follows CASA's log and shows its lines under the cell that caused them, while it runs. Nothing here needs Python,
/// but Python tells which cell a task, or a line that Python code writes, belongs to.
/// </summary>
internal sealed class CasaLog
{
    private const int PollMilliseconds = 25;

    // Whoever reads the log waits for its disk and holds this one; what was read goes into memory that _gate guards, so
    // the outbox, which is locked when it asks BlockPlaces, never waits for a disk. Nobody posts while holding either.
    private readonly Lock _reading = new();
    private readonly Lock _gate;
    private readonly Outbox _outbox;
    private readonly StderrNotes _notes;
    private readonly TaskFrames _tasks = new();
    private readonly List<LogFile> _files = [];
    private readonly CellLogs _cells;
    private readonly Counts _counts = new();
    private readonly BlockPlaces _places;
    private CellLog? _main;
    private OpenLog? _children;
    private bool _on = true;
    private bool _apart;
    private bool _starting;
    private string _level = "DEBUGGING";

    /// <param name="places">Is asked by the outbox, too, which is why it is there before it.</param>
    /// <param name="file">CASA's log file, which need not be there yet.</param>
    public CasaLog(Outbox outbox, BlockPlaces places, StderrNotes notes, string file)
    {
        (_outbox, _places, _notes) = (outbox, places, notes);
        (_gate, _cells) = (places.Gate, places.Cells);
        _files.Add(new LogFile(file));
        NoteView();
    }

    /// <summary>
    /// Follows another file too: its programs go on writing to the one before. What it holds already is none of this
    /// session.
    /// </summary>
    public void Follow(string path)
    {
        lock (_reading)
        {
            ReadNew();
            var file = _files.Find(file => file.Path == path) ?? new LogFile(path);
            lock (_gate)
            {
                _files.Remove(file);
                _files.Add(file);
            }
        }
    }

    /// <summary>[casa-log] Polls for ever; a file on a network disk gives no other notice.</summary>
    public void Run()
    {
        while (true)
        {
            Thread.Sleep(PollMilliseconds);
            Poll();
        }
    }

    /// <summary>Looks what has become of the log and of the tasks, and shows what is due.</summary>
    public void Poll()
    {
        EndAbandoned();
        ShowNews();
    }

    /// <summary>A cell starts.</summary>
    /// <param name="parent">Header JSON of the execute_request.</param>
    /// <param name="isMain">Whether the main shell runs it.</param>
    public void CellStarts(byte[] parent, bool isMain = true)
    {
        ShowNews(_cells.Newest); // what came between the cells belongs to the one before
        AfterReading(() =>
        {
            var cell = CellOf(parent);
            _cells.Begin(cell);
            _main = isMain ? cell : _main;
        });
    }

    /// <summary>A cell has ended; what it has logged is shown.</summary>
    public void CellEnds(byte[] parent)
    {
        CellLog? cell = null;
        AfterReading(() =>
        {
            cell = _cells.Known(parent);
            cell?.Progress(null);
        });
        ShowNews(cell);
        lock (_gate)
        {
            if (cell is not null)
            {
                _tasks.Close(cell);
                _cells.End(cell);
                NoteView();
            }
        }
    }

    /// <summary>The lines that come next are written by Python code of this cell; those before were not.</summary>
    /// <param name="parent">Empty when the code is done.</param>
    /// <param name="written">The text of those lines, if that is known.</param>
    public void Own(byte[] parent, string? written = null)
    {
        lock (_reading)
        {
            var owner = OwnerOf(parent);
            if (!IsPlain(owner) || !IsPlain(_cells.Owner))
            {
                ReadNew();
            }

            lock (_gate)
            {
                (_cells.Owner, _cells.Written) = (owner, written);
            }
        }
    }

    /// <summary>
    /// The lines that come next belong to no cell, as nobody has asked for what is done; those before do.
    /// </summary>
    public void Apart(bool on)
    {
        AfterReading(() => _apart = on);
    }

    /// <summary>CASA itself starts: of what it says, only warnings are worth a cell's output.</summary>
    public void Starting(bool on) => AfterReading(() => _starting = on);

    /// <summary>A task begins that no other has called.</summary>
    public void TaskBegins(byte[] parent, LogArgument task)
    {
        AfterReading(() => Begin(IsNoCell(parent) ? _cells.Newest : CellOf(parent), task));
    }

    /// <summary>A task has returned or raised.</summary>
    public void TaskEnds(LogArgument task)
    {
        AfterReading(() => End(task));
    }

    /// <summary>Forked children, which have no way to the host, write into this file what they have to say.</summary>
    public void HearChildren(string path)
    {
        lock (_reading)
        {
            _children = new OpenLog(path);
        }
    }

    /// <summary>Shows blocks, or no more. What came while it did not is not shown later.</summary>
    public void Switch(bool on)
    {
        AfterReading(() =>
        {
            _on = on;
            foreach (var cell in _cells.All)
            {
                cell.Forget();
            }
        });
    }

    /// <summary>Shows lines of this priority and above.</summary>
    public void SetLevel(string priority)
    {
        AfterReading(() => _level = priority);
    }

    /// <summary>How things stand.</summary>
    public LogState State()
    {
        lock (_reading)
        {
            ReadNew();
            return new LogState(_on, _counts.ToString(), [.. _files.SelectMany(file => file.Parts)]);
        }
    }

    /// <summary>The block of the last cell before the running one that logged something, or null.</summary>
    public IReadOnlyDictionary<string, string>? Last()
    {
        lock (_reading)
        {
            ReadNew();
            using var gate = _gate.EnterScope();
            var last = _cells.All.LastOrDefault(cell => cell != _main && cell.Block.Counts.Lines > 0);
            return last?.Content($"casa-log-{Guid.NewGuid():N}");
        }
    }

    /// <summary>All that has been logged in this session.</summary>
    public IReadOnlyDictionary<string, string> Session()
    {
        lock (_reading)
        {
            return new SessionLog([.. _files]).Content();
        }
    }

    /// <summary>Shows what is due.</summary>
    /// <param name="ended">The cell whose output must be complete now.</param>
    public void ShowNews(CellLog? ended = null)
    {
        lock (_reading)
        {
            ReadNew();
        }

        // What is made as an update must leave before anybody clears what it updates.
        _outbox.Post(Channel.Iopub, () => News(ended));
    }

    /// <summary>Reads what is new, and then changes something: the lines that came before are known to have.</summary>
    private void AfterReading(Action change)
    {
        lock (_reading)
        {
            ReadNew();
            lock (_gate)
            {
                ShowProgress();
                change();
                NoteView();
            }
        }
    }

    // The caller holds _reading.
    private void ReadNew()
    {
        _notes.ReadingBegins();
        _children?.ReadNew(Hear);
        foreach (var file in _files)
        {
            file.ReadNew(Add);
        }

        _notes.ReadingEnds();
    }

    private void ShowProgress()
    {
        if (_notes.TakeProgress(out var percent))
        {
            (_tasks.Newest(null)?.Cell ?? _cells.Newest)?.Progress(percent);
        }
    }

    // After every change of what it says.
    private void NoteView() => _notes.View = new LogView(
        _main, InTask: _tasks.Newest(null) is { IsRunning: true }, ShowsBlocks: _on,
        HasCell: _cells.Newest is not null);

    private void Hear(string call)
    {
        var given = LogCalls.Read(call);
        // The lines that came before are taken before.
        _files.Find(file => file.Path == given.Path)?.ReadNew(Add, given.Size);
        lock (_gate)
        {
            if (given.Command == "end")
            {
                End(given);
            }
            else
            {
                Begin(_cells.Last(given.Request) ?? _cells.Newest, given);
            }

            NoteView();
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
        if (_tasks.End(given.Key, given.Error, given.Result, given.InsteadOf) is { } task)
        {
            task.Cell.Progress(null);
            task.Cell.TaskEnds(task);
        }
    }

    private void EndAbandoned()
    {
        lock (_reading)
        {
            IReadOnlyList<TaskRun> abandoned;
            lock (_gate)
            {
                _tasks.FindWorkers();
                abandoned = [.. _tasks.Abandoned(_cells.Runs)];
            }

            if (abandoned.Count == 0)
            {
                return;
            }

            ReadNew(); // a process may have said that all is well and ended then
            using var gate = _gate.EnterScope();
            foreach (var task in abandoned.Where(task => task.IsRunning))
            {
                task.Abandon();
                _tasks.Remove(task);
                task.Cell.Progress(null);
                task.Cell.TaskEnds(task);
            }

            NoteView();
        }
    }

    private void Add(OpenLog log, string text)
    {
        var line = LogLine.Parse(text);
        if (line.IsRule || (line.IsPlotmsReady && !_tasks.Runs("plotms")))
        {
            return;
        }

        _notes.Add(line, text);
        using var gate = _gate.EnterScope();
        _counts.Add(line);
        if (_apart || (_starting && !line.IsWarning && !line.IsSevere))
        {
            return;
        }

        var owner = _cells.OwnerOf(line);
        var task = _tasks.Place(line, owner, _cells.Newest);
        if (line.BegunTask is not null && task is { Workers: null, Begun.End: 0 })
        {
            task.Begun = (log.Name, log.LineEnd);
        }

        if (Priority.Rank(line.Priority) >= Priority.Rank(_level))
        {
            (owner ?? task?.Cell ?? _cells.Newest)?.Add(line, task);
        }
    }

    private CellLog CellOf(byte[] parent) => _cells.Of(parent, _files[^1].Path);

    private static bool IsNoCell(byte[] parent) => parent.Length <= Outgoing.EmptyObject.Length;

    private CellLog? OwnerOf(byte[] parent)
    {
        using var gate = _gate.EnterScope();
        return IsNoCell(parent) ? null : CellOf(parent);
    }

    // Thousands of lines that go to the newest cell anyway need not be looked for one by one.
    private bool IsPlain(CellLog? owner)
    {
        using var gate = _gate.EnterScope();
        return owner is null || (owner == _cells.Newest && !_tasks.AreBeside(owner));
    }

    /// <summary>The messages that are due; the outbox is locked meanwhile.</summary>
    private IReadOnlyList<Outgoing> News(CellLog? ended)
    {
        using var gate = _gate.EnterScope();
        ShowProgress();
        var inLine = _outbox.IsInLine;
        return [.. (_on ? _cells.All : [])
            .Where(cell => cell == ended ? cell.HasNews : cell.IsDue(inLine) && !_places.IsTaken(cell))
            .Select(cell => cell.Show(ended: cell == ended, _places.PlaceOf(cell)))];
    }
}
