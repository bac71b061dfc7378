using System.Net;
using System.Text;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Logs.Rendering;

/// <summary>
/// Log lines as HTML that reads well wherever a notebook is shown. Front ends strip scripts, style elements and CSS
/// variables from what they do not trust, GitHub all styles: so details elements with inline styles do the folding,
/// words and bold type tell what colours tell, and the script at the end only adds to it.
/// </summary>
/// <param name="id">Of the whole; the same in each update.</param>
/// <param name="live">Whether more is to come, so that the newest line is what the reader wants to see.</param>
internal sealed class LogHtml(string id, bool live)
{
    // As legible on the white of a page as on the dark grey of an editor: nothing tells which it is.
    private const string Red = "#e53935";
    private const string Amber = "#b26a00";
    private const string Grey = "#7b7b7b";
    /// <summary>The colour of a title above what was replayed.</summary>
    public const string Green = "#2e8b57";

    private const string Pre =
        "<pre style=\"font-family: monospace; font-size: 85%; line-height: 1.35; margin: 0; padding: 0\">";
    private const string Box =
        "<div style=\"max-height: 28em; overflow: auto; margin: 4px 0; padding: 6px; border: 1px solid #8e8e8e\">";

    // As wide as time and priority, so that the further lines of a message stand below its first.
    private const string Indent = "                ";

    private readonly StringBuilder _html = new($"<div id=\"{id}\"{(live ? " data-live=\"1\"" : "")}>");

    /// <summary>The colour of a title above these lines.</summary>
    public static string Colour(Counts counts) => counts.Errors > 0 ? Red : counts.Warnings > 0 ? Amber : Grey;

    /// <summary>Begins a part that folds.</summary>
    /// <param name="key">Names the part within the whole.</param>
    public void Open(string key, string title, string colour, bool open, int? percent = null)
    {
        _html.Append("<details data-key=\"").Append(key).Append(open ? "\" open" : "\"")
            .Append("><summary style=\"cursor: pointer; color: ").Append(colour).Append("\">").Append(Encoded(title));
        if (percent is { } done)
        {
            _html.Append(" <progress max=\"100\" value=\"").Append(done).Append("\"></progress>");
        }

        _html.Append("</summary>").Append(Box);
    }

    /// <summary>Ends the part.</summary>
    public void Close() => _html.Append("</div></details>");

    /// <summary>The lines, those of each task in a part of its own.</summary>
    /// <param name="newest">How many to show at most, from the end.</param>
    /// <param name="file">Named where lines are left out.</param>
    /// <param name="onlyFailed">Whether only the tasks that have failed are open.</param>
    public void Lines(KeptLines lines, int newest, string file, bool onlyFailed)
    {
        var skipped = Math.Max(0, lines.First.Count + lines.Last.Count - newest);
        if (skipped > 0)
        {
            Note($"{Counts.Text(lines.Omitted + skipped, "earlier line")} shown when the task has ended; the whole log is in {file}");
        }

        var group = new Group(this, onlyFailed);
        group.Add(lines.First.Skip(skipped));
        if (skipped == 0 && lines.Omitted > 0)
        {
            group.End();
            Note($"{Counts.Text(lines.Omitted, "line")} left out here; the whole log is in {file}");
        }

        group.Add(lines.Last.Skip(Math.Max(0, skipped - lines.First.Count)));
        group.End();
    }

    /// <summary>A sentence of ours between the lines.</summary>
    public void Note(string text) => _html.Append("<i>").Append(Encoded(text)).Append("</i>\n");

    /// <summary>The warnings and errors alone.</summary>
    public void Warnings(KeptLines warnings, int number, string file)
    {
        Open("warnings", $"Warnings only ({Counts.Text(number)})", Grey, open: false);
        Lines(warnings, int.MaxValue, file, onlyFailed: false);
        Close();
    }

    public override string ToString() => $"{_html}{LogScript.Element}</div>";

    private void Append(LogLine line)
    {
        var colour = line.IsSevere ? Red : line.IsWarning ? Amber : null;
        if (colour is not null)
        {
            _html.Append("<b style=\"color: ").Append(colour).Append("\">");
        }

        if (line.Continues)
        {
            _html.Append(Indent);
        }
        else if (line.Time.Length > 0)
        {
            _html.Append(Encoded($"{line.Time[11..]} {line.Priority,-6} {line.Place}  "));
        }

        _html.Append(Encoded(line.Message)).Append(colour is null ? "\n" : "</b>\n");
    }

    private static string Encoded(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Puts lines into the part of their task, or between the parts.</summary>
    private sealed class Group(LogHtml html, bool onlyFailed)
    {
        private readonly HashSet<TaskRun> _seen = [];
        private TaskRun? _task;
        private bool _open;

        public void Add(IEnumerable<Entry> entries)
        {
            foreach (var (line, task) in entries)
            {
                if (!_open || task != _task)
                {
                    End();
                    Begin(task);
                }

                html.Append(line);
            }
        }

        public void End()
        {
            if (_open)
            {
                html._html.Append(_task is null ? "</pre>" : "</pre></details>");
                _open = false;
            }
        }

        private void Begin(TaskRun? task)
        {
            (_task, _open) = (task, true);
            if (task is not null)
            {
                var colour = task.HasFailed ? Red : Colour(task.Counts);
                var again = _seen.Add(task) ? "" : ", continued";
                html._html.Append("<details data-key=\"").Append(task.Number).Append(again).Append('"')
                    .Append(onlyFailed && !task.HasFailed ? "" : " open")
                    .Append("><summary style=\"cursor: pointer; color: ").Append(colour).Append("\">")
                    .Append(Encoded($"{task} ({task.Counts}){again}")).Append("</summary>");
            }

            html._html.Append(Pre);
        }
    }
}
