using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>The one log output of a cell: when it is due to be shown (again), and the message that shows it.</summary>
/// <param name="parent">Header JSON of the cell's execute_request.</param>
/// <param name="file">The whole log.</param>
internal sealed class CellLog(byte[] parent, string file, TimeProvider time)
{
    private const int NewLinesMilliseconds = 125;
    private const int LineMilliseconds = 75;
    private const int PercentMilliseconds = 250;
    private const int RunningMilliseconds = 1000;
    private const int QuietMilliseconds = 1000;

    // While lines come in, an update holds the newest only: many a second, each replaces the whole output.
    private const int LiveLines = 60;

    private readonly string _displayId = $"casa-log-{Guid.NewGuid():N}";
    private bool _shown;
    private bool _goesWithNextOutput;
    private bool _newLines;
    private bool _newPercent;
    private bool _isWhole = true;
    private long _lastShown;
    private long _newSince;

    public byte[] Parent => parent;

    public TimeProvider Time => time;

    /// <summary>The time, in milliseconds since some moment.</summary>
    public long Now => (long)time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>The <c>msg_id</c> of the request.</summary>
    public string Request { get; } = Json.Read(parent, WireJson.Default.Header)?.MsgId ?? "";

    /// <summary>
    /// Whether a front end has a place for its output, as it has for that of a cell but not of a comm message.
    /// </summary>
    public bool HasPlace { get; set; }

    public LogBlock Block { get; } = new(file);

    public void Add(LogLine line, TaskRun? task)
    {
        Block.Add(line, task);
        ShowSoon();
    }

    public void TaskBegins(TaskRun task) => Block.Add(task);

    /// <summary>
    /// A task has ended; one so short that nobody has heard of it and that logged nothing is not worth a block.
    /// </summary>
    public void TaskEnds(TaskRun task)
    {
        if (_shown || Block.Counts.Lines > 0 || task.HasFailed || task.IsLong)
        {
            ShowSoon();
        }
    }

    public void Progress(int? percent)
    {
        _newPercent |= Block.Percent != percent && (percent is not null || _shown);
        Block.Percent = percent;
    }

    /// <summary>The front end clears the cell's output, and the block with it.</summary>
    /// <param name="wait">Whether only when there is other output.</param>
    public void Cleared(bool wait)
    {
        _goesWithNextOutput = _shown && wait;
        if (_shown && !wait)
        {
            _shown = false;
            ShowSoon();
        }
    }

    /// <summary>Other output of the cell comes.</summary>
    public void OtherOutput()
    {
        if (_goesWithNextOutput)
        {
            Cleared(wait: false);
        }
    }

    /// <summary>What is new need not be shown.</summary>
    public void Forget() => (_newLines, _newPercent, _isWhole) = (false, false, true);

    /// <summary>Whether the front end lacks something.</summary>
    public bool HasNews => _newLines || _newPercent || !_isWhole;

    /// <summary>Whether it is time to show what is new.</summary>
    /// <param name="inLine">Whether a line of text is being written: new lines wait a moment for its end, which never
    /// comes while a program draws dots.</param>
    public bool IsDue(bool inLine)
    {
        var (now, waited) = (Now, Now - _lastShown);
        return (_newLines && (!inLine || now - _newSince >= LineMilliseconds)
                && (waited >= NewLinesMilliseconds || !_shown))
            || (_newPercent && waited >= PercentMilliseconds)
            || (waited >= RunningMilliseconds && Block.Running is { IsLong: true })
            || (waited >= QuietMilliseconds && !_isWhole && Block.Running is null);
    }

    /// <param name="ended">Whether the cell has ended, so that this may be the last word.</param>
    /// <param name="place">Header JSON of the request under which it is shown, if it is another one.</param>
    public Outgoing Show(bool ended, byte[]? place = null)
    {
        var now = Now;
        var isQuiet = !_newLines && Block.Running is null && now - _lastShown >= QuietMilliseconds;
        _isWhole = ended || isQuiet || Block.Counts.Lines <= LiveLines;
        var display = new Display(Content(_displayId, _isWhole ? int.MaxValue : LiveLines), new Transient(_displayId));
        var type = _shown ? "update_display_data" : "display_data";
        (_shown, _newLines, _newPercent, _lastShown) = (true, false, false, now);
        return new Outgoing(
            type, place ?? parent, Json.Write(display, WireJson.Default.Display))
        { Identities = [Topic.Of(type)] };
    }

    /// <summary>The output by its types.</summary>
    public IReadOnlyDictionary<string, string> Content(string id, int newest = int.MaxValue) =>
        new Dictionary<string, string> { ["text/html"] = Block.ToHtml(id, newest), ["text/plain"] = Block.ToText() };

    private void ShowSoon()
    {
        if (!_newLines)
        {
            (_newLines, _newSince) = (true, Now);
        }
    }
}
