using System.Globalization;

namespace CasaWrapperKernel.Logs.Following;

/// <summary>
/// The log of a name. Who has the file open writes on when it is moved or removed, and a program that starts after that
/// makes a new one of the name: all are followed. What was there before is of another session.
/// </summary>
internal sealed class LogFile
{
    // More than a session's log is ever rotated. The first, which is CASA's own, stays.
    private const int MostFiles = 16;

    private readonly List<OpenLog> _open = [];

    // Clocks of machines that share a disk differ a little.
    private readonly DateTime _since = DateTime.UtcNow.AddMinutes(-1);

    public LogFile(string path)
    {
        Path = path;
        FindNewest();
        _open.ForEach(log => log.SkipToEnd());
    }

    public string Path { get; }

    /// <summary>
    /// The files of this session, each as a path by which this process can read it, and where it begins there.
    /// </summary>
    public IEnumerable<LogPart> Parts => _open.Count == 0
        ? [new LogPart(Path, Path, 0)] // CASA makes it when it is imported
        : _open.Select(log => new LogPart(Path, log.Descriptor, log.Start));

    /// <summary>Reads what has been added since the last time.</summary>
    /// <param name="add">Gets the file and each line.</param>
    public void ReadNew(Action<OpenLog, string> add)
    {
        FindNewest();
        foreach (var log in _open)
        {
            log.ReadNew(line => add(log, line));
        }
    }

    /// <summary>The same of the newest file up to the byte <paramref name="end"/>.</summary>
    public void ReadNew(Action<OpenLog, string> add, long end)
    {
        FindNewest();
        if (_open.Count > 0)
        {
            _open[^1].ReadNew(line => add(_open[^1], line), end);
        }
    }

    /// <summary>Reads this session's part once more.</summary>
    public void ReadAll(Action<string> add) => _open.ToList().ForEach(log => log.ReadAll(add));

    private void FindNewest()
    {
        try
        {
            if ((_open.Count == 0 || _open[^1].HasMoved) && File.Exists(Path))
            {
                Add(new OpenLog(Path));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone at this very moment, or a network disk that is away: the next poll finds it.
        }
    }

    private void Add(OpenLog log)
    {
        var name = log.Name;
        if (_open.Find(known => known.Name == name) is { } back)
        {
            log.Dispose();
            _open.Remove(back);
            log = back;
        }
        else if (_open.Count > 0 && (log.Made < _open[0].Made || BeginsBefore(log, _since)))
        {
            log.SkipToEnd(); // the user has put an older one, or its text, there
        }

        _open.Add(log);
        if (_open.Count > MostFiles)
        {
            _open[1].Dispose();
            _open.RemoveAt(1);
        }
    }

    private static bool BeginsBefore(OpenLog log, DateTime since)
    {
        var times = new List<string>();
        log.ReadAll(line => times.Add(LogLine.Parse(line).Time));
        return DateTime.TryParse(
            times.Find(time => time.Length > 0), CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var first) && first < since;
    }
}
