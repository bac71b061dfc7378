using System.Text;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Rendering;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>The log lines of one cell, with its tasks, as the collapsed "Show log" output.</summary>
/// <param name="file">The whole log, named where lines had to be left out.</param>
internal sealed class LogBlock(string file)
{
    // An output stays in the notebook: it must remain small whatever is logged.
    private readonly KeptLines _lines = new(200, 60_000, 600, 180_000);
    private readonly KeptLines _warnings = new(100, 20_000, 100, 20_000);
    private readonly List<TaskRun> _tasks = [];

    public Counts Counts { get; } = new();

    /// <summary>How far CASA's progress display on standard error is, in per cent; null if there is none.</summary>
    public int? Percent { get; set; }

    public int KeptLines => _lines.First.Count + _lines.Last.Count;

    public bool IsEmpty => Counts.Lines == 0 && _tasks.Count == 0;

    /// <summary>The task that began last, if it has not ended.</summary>
    public TaskRun? Running => _tasks.FindLast(task => task.IsRunning);

    public void Add(LogLine line, TaskRun? task)
    {
        if (task is not null)
        {
            Add(task);
            task.Add(line);
        }

        Counts.Add(line);
        var entry = new Entry(line, task);
        _lines.Add(entry);
        if (line.IsWarning || line.IsSevere)
        {
            _warnings.Add(entry);
        }
    }

    /// <summary>Makes a task of the cell known, also if it never logs a line.</summary>
    public void Add(TaskRun task)
    {
        if (!task.IsListed)
        {
            task.IsListed = true;
            _tasks.Add(task);
        }
    }

    /// <param name="id">The same in each update: a front end that runs scripts keeps open what its user has
    /// opened.</param>
    /// <param name="newest">How many lines are enough, while more are to come.</param>
    public string ToHtml(string id, int newest = int.MaxValue)
    {
        var failed = _tasks.Exists(task => task.HasFailed);
        var html = new LogHtml(id, live: Running is not null);
        html.Open("log", Title(), Colour(), failed, Percent);
        html.Lines(_lines, newest, file, failed);
        html.Close();
        if (Counts.Warnings + Counts.Errors > 0)
        {
            html.Warnings(_warnings, Counts.Warnings + Counts.Errors, file);
        }

        return html.ToString();
    }

    /// <summary>For front ends without HTML: the title, and the warnings themselves.</summary>
    public string ToText()
    {
        var text = new StringBuilder("CASA log").Append(Subject()).Append(": ").Append(Counts);
        foreach (var (line, _) in _warnings.First.Concat(_warnings.Last))
        {
            text.Append(line.Continues ? "\n  " : $"\n{line.Priority} {line.Place}: ").Append(line.Message);
        }

        return text.ToString();
    }

    private string Colour() => Counts.Errors + Counts.Warnings == 0 && _tasks.Count > 0
        && _tasks.TrueForAll(task => task.IsReplayed) ? LogHtml.Green : LogHtml.Colour(Counts);

    private string Title() => $"Show log{Subject()} ({Counts})";

    private string Subject()
    {
        const int Named = 3;
        var percent = Percent is { } done ? $", {done} %" : "";
        if ((Running ?? (_tasks.Count == 1 ? _tasks[0] : null)) is { } one)
        {
            return $" of {one}{percent}";
        }

        var distinct = _tasks.Select(task => task.Name).Distinct().ToList();
        var names = distinct.Count == 1 ? $"{_tasks.Count} calls of {distinct[0]}"
            : distinct.Count == _tasks.Count && _tasks.Count <= Named ? string.Join(", ", distinct)
            : _tasks.Count > 0 ? $"{Counts.Text(_tasks.Count)} tasks" : "";
        var failed = string.Join(", ", _tasks.Where(task => task.HasFailed).Take(Named).Select(task => task.Name));
        return (names.Length > 0 ? $" of {names}" : "") + (failed.Length > 0 ? $": {failed} failed" : "") + percent;
    }
}
