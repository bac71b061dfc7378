namespace CasaWrapperKernel.Logs.Following;

/// <summary>
/// A line of the CASA log: <c>YYYY-MM-DD HH:MM:SS TAB priority TAB origin TAB message</c>, time in UTC. Each further
/// line of a message has the same head, with "+" at the end of its origin. Source: casacore LogMessage, TSLogSink.
/// </summary>
internal sealed record LogLine(string Time, string Priority, string Origin, string Message)
{
    private const int TimeLength = 19;
    private const string Begin = "##### Begin Task: ";
    private const string End = "##### End Task: ";

    public bool IsWarning => Priority == "WARN";

    public bool IsSevere => Priority == "SEVERE";

    /// <summary>A further line of the message before it, which must not be counted again.</summary>
    public bool Continues => Origin.EndsWith('+');

    /// <summary>
    /// The origin without the file and line in CASA's source, which CASA adds to warnings; the log file has it.
    /// </summary>
    public string Place => Origin.IndexOf(" (file ", StringComparison.Ordinal) is > 0 and var end ? Origin[..end]
        : Origin;

    /// <summary>The line of hashes that CASA puts above and below a task: it says nothing.</summary>
    public bool IsRule => Message.Length > 40 && Message.AsSpan().Trim('#').IsEmpty;

    /// <summary>
    /// plotms has made its page new: an empty one at its start, which, if it waits for a plot, nobody has caused.
    /// </summary>
    public bool IsPlotmsReady => Origin == "PlotMS::params_changed";

    /// <summary>
    /// The task that begins with this line, or null. Servers of a parallel CASA write frames of their own.
    /// </summary>
    public string? BegunTask => Framed(Begin);

    /// <summary>The task that ends with this line, or null.</summary>
    public string? EndedTask => Framed(End);

    /// <summary>Lines that are not of the form (a traceback, say) become a message without a head.</summary>
    public static LogLine Parse(string line)
    {
        var fields = line.Split('\t', 4);
        return fields is [{ Length: TimeLength } time, var priority, var origin, var message]
            ? new LogLine(time, priority.Trim(), origin.Trim(), message.TrimEnd('\r'))
            : new LogLine("", "", "", line);
    }

    private string? Framed(string head) =>
        Message.StartsWith(head, StringComparison.Ordinal) && Message.EndsWith('#')
            && !Origin.Contains("::MPIServer", StringComparison.Ordinal)
            ? Message[head.Length..].TrimEnd('#').Trim()
            : null;
}
