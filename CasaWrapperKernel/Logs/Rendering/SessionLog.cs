using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Logs.Rendering;

/// <summary>The log of the whole session as one output to search in, whatever its length.</summary>
internal sealed class SessionLog
{
    // A browser lays out this many lines in a fraction of a second, and the notebook that keeps them opens as before.
    private const int NewestLines = 5000;
    private const int NewestCharacters = 600_000;

    private readonly KeptLines _lines = new(0, 0, NewestLines, NewestCharacters);
    private readonly KeptLines _warnings = new(100, 20_000, 400, 80_000);
    private readonly Counts _counts = new();
    private readonly string _file;

    public SessionLog(IReadOnlyList<LogFile> files)
    {
        _file = files[^1].Path;
        foreach (var file in files)
        {
            file.ReadAll(Add);
        }
    }

    /// <summary>The output by its types.</summary>
    public IReadOnlyDictionary<string, string> Content()
    {
        var html = new LogHtml($"casa-log-{Guid.NewGuid():N}", live: true);
        html.Open("log", $"CASA log of this session ({_counts})", LogHtml.Colour(_counts), open: true);
        html.Lines(_lines, int.MaxValue, _file, onlyFailed: false);
        html.Close();
        html.Note($"The log file is {_file}");
        if (_counts.Warnings + _counts.Errors > 0)
        {
            html.Warnings(_warnings, _counts.Warnings + _counts.Errors, _file);
        }

        return new Dictionary<string, string>
        {
            ["text/html"] = html.ToString(),
            ["text/plain"] = $"CASA log of this session: {_counts}; it is in {_file}",
        };
    }

    private void Add(string text)
    {
        var line = LogLine.Parse(text);
        if (line.IsRule)
        {
            return;
        }

        var entry = new Entry(line, null);
        _counts.Add(line);
        _lines.Add(entry);
        if (line.IsWarning || line.IsSevere)
        {
            _warnings.Add(entry);
        }
    }
}
