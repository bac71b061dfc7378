using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Follows CASA's log and shows its lines under the cell that caused them, while it runs. Nothing here needs Python,
/// but Python tells which cell a task, or a line that Python code writes, belongs to.
/// </summary>
internal sealed class CasaLog : ICellObserver
{
    private const int PollMilliseconds = 25;

    // Whoever holds _gate may wait for the disk that the log is on, so nothing is ever posted while it is held.
    private readonly Lock _showing = new();
    private readonly Lock _gate = new();
    private readonly Outbox _outbox;
    private readonly StderrNotes _notes;
    private readonly TaskFrames _tasks = new();
    private readonly List<LogFile> _files = [];
    private readonly CellLogs _cells = new();
    private readonly Counts _counts = new();
    private CellLog? _main;
    private bool _on = true;
    private string _level = "DEBUGGING";

    public CasaLog(Outbox outbox, StderrNotes notes, string file)
    {
        (_outbox, _notes) = (outbox, notes);
        _files.Add(new LogFile(file));
        NoteView();
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
            file.Reopen();
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
            NoteView();
        }
    }

    public void CellEnds(byte[] parent)
    {
        CellLog? cell;
        lock (_gate)
        {
            ReadNew();
            ShowProgress();
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
                NoteView();
            }
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
    public void TaskBegins(byte[] parent, long call, string name)
    {
        lock (_gate)
        {
            ReadNew();
            if ((IsNoCell(parent) ? _cells.Newest : CellOf(parent)) is { } cell)
            {
                cell.TaskBegins(_tasks.Begin(call, name, cell));
                NoteView();
            }
        }
    }

    /// <summary>A task has returned or raised.</summary>
    public void TaskEnds(long call, string error, string result)
    {
        lock (_gate)
        {
            ReadNew();
            ShowProgress();
            if (_tasks.End(call, error, result) is { } task)
            {
                task.Cell.Progress(null);
                task.Cell.TaskEnds(task);
                NoteView();
            }
        }
    }

    /// <summary>Shows blocks, or no more. What came while it did not is not shown later.</summary>
    public void Switch(bool on)
    {
        lock (_gate)
        {
            ReadNew();
            _on = on;
            NoteView();
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
            return new LogState(_on, _counts.ToString(), [.. _files.Select(file => new LogPart(file.Path, file.Start))]);
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

    private void ReadNew()
    {
        _notes.ReadingBegins();
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
        _main, InTask: _tasks.Newest(null) is { IsRunning: true }, ShowsBlocks: _on, HasCell: _cells.Newest is not null);

    private void Add(string text)
    {
        var line = LogLine.Parse(text);
        if (line.IsRule || (line.IsPlotmsReady && !_tasks.Runs("plotms")))
        {
            return;
        }

        _notes.Add(line, text);
        _counts.Add(line);
        var task = _tasks.Place(line, _cells.Owner, _cells.Newest);
        if (Priority.Rank(line.Priority) >= Priority.Rank(_level))
        {
            (_cells.Owner ?? task?.Cell ?? _cells.Newest)?.Add(line, task);
        }
    }

    private CellLog CellOf(byte[] parent) => _cells.Of(parent, _files[^1].Path);

    private static bool IsNoCell(byte[] parent) => parent.Length <= Outgoing.EmptyObject.Length;

    /// <summary>Reads what is new, and shows what is due.</summary>
    /// <param name="ended">The cell whose output must be complete now.</param>
    public void ShowNews(CellLog? ended = null)
    {
        lock (_showing)
        {
            List<Outgoing> messages = [];
            var inLine = _outbox.IsInLine;
            lock (_gate)
            {
                ReadNew();
                ShowProgress();
                var now = Environment.TickCount64;
                foreach (var cell in _on ? _cells.All : [])
                {
                    if (cell == ended ? cell.HasNews : cell.IsDue(now, inLine))
                    {
                        messages.Add(cell.Show(now, ended: cell == ended));
                    }
                }
            }

            foreach (var message in messages)
            {
                _outbox.Post(Channel.Iopub, message);
            }
        }
    }
}
