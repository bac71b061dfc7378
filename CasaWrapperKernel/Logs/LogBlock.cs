using System.Globalization;
using System.Net;
using System.Text;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// The log lines of one cell as the collapsed "Show log" output. Front ends strip scripts, style elements and CSS
/// variables from what they do not trust, so the HTML is a details element with inline styles only.
/// </summary>
/// <param name="file">The whole log, named where lines had to be left out.</param>
internal sealed class LogBlock(string file)
{
    // An update replaces the whole output, four times a second, and stays in the notebook: it must remain small.
    private const int FirstLines = 200;
    private const int LastLines = 600;
    private const int FirstCharacters = 60_000;
    private const int LastCharacters = 180_000;

    private readonly List<LogLine> _first = [];
    private readonly Queue<LogLine> _last = new();
    private int _firstSize;
    private int _lastSize;
    private int _lines;
    private int _warnings;
    private int _severe;

    public void Add(LogLine line)
    {
        _lines++;
        if (!line.Continues)
        {
            _warnings += line.IsWarning ? 1 : 0;
            _severe += line.IsSevere ? 1 : 0;
        }

        if (_last.Count == 0 && _first.Count < FirstLines && _firstSize + Size(line) <= FirstCharacters)
        {
            _first.Add(line);
            _firstSize += Size(line);
            return;
        }

        _last.Enqueue(line);
        _lastSize += Size(line);
        while (_last.Count > LastLines || (_lastSize > LastCharacters && _last.Count > 1))
        {
            _lastSize -= Size(_last.Dequeue());
        }
    }

    public string ToHtml()
    {
        var html = new StringBuilder(256 + ((_first.Count + _last.Count) * 200));
        html.Append("<details><summary style=\"cursor: pointer; color: ")
            .Append(_severe > 0 ? "#c62828" : _warnings > 0 ? "#b26a00" : "#616161")
            .Append("\">Show log (").Append(Title()).Append(")</summary>")
            .Append("<pre style=\"max-height: 24em; overflow: auto; font-size: 85%; line-height: 1.35; margin: 4px 0; ")
            .Append("padding: 6px; border: 1px solid #bdbdbd\">");
        foreach (var line in _first)
        {
            AppendLine(html, line);
        }

        if (Omitted > 0)
        {
            html.Append("<i>").Append(Number(Omitted)).Append(" lines left out here; the whole log is in ")
                .Append(WebUtility.HtmlEncode(file)).Append("</i>\n");
        }

        foreach (var line in _last)
        {
            AppendLine(html, line);
        }

        return html.Append("</pre></details>").ToString();
    }

    /// <summary>For front ends without HTML: the title, and the warnings themselves.</summary>
    public string ToText()
    {
        var text = new StringBuilder("CASA log: ").Append(Title());
        foreach (var line in _first.Concat(_last).Where(line => line.IsWarning || line.IsSevere))
        {
            text.Append('\n').Append(line.Priority).Append(' ').Append(line.Origin).Append(": ").Append(line.Message);
        }

        return text.ToString();
    }

    private int Omitted => _lines - _first.Count - _last.Count;

    private string Title()
    {
        var title = Count(_lines, "line");
        title += _warnings > 0 ? ", " + Count(_warnings, "warning") : "";
        return title + (_severe > 0 ? ", " + Count(_severe, "error") : "");
    }

    private static int Size(LogLine line) => line.Origin.Length + line.Message.Length;

    private static string Count(int number, string noun) => $"{Number(number)} {noun}{(number == 1 ? "" : "s")}";

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static void AppendLine(StringBuilder html, LogLine line)
    {
        var colour = line.IsSevere ? "#c62828" : line.IsWarning ? "#b26a00" : null;
        if (colour is not null)
        {
            html.Append("<span style=\"color: ").Append(colour).Append("; font-weight: bold\">");
        }

        if (line.Time.Length > 0)
        {
            html.Append(WebUtility.HtmlEncode($"{line.Time[11..]} {line.Priority,-6} {line.Origin}  "));
        }

        html.Append(WebUtility.HtmlEncode(line.Message));
        html.Append(colour is null ? "\n" : "</span>\n");
    }
}
