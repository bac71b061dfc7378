namespace CasaWrapperKernel.Logs;

/// <summary>
/// A line of the CASA log: <c>YYYY-MM-DD HH:MM:SS TAB priority TAB origin TAB message</c>, time in UTC. Each further
/// line of a message has the same head, with "+" at the end of its origin. Source: casacore LogMessage, TSLogSink.
/// </summary>
internal sealed record LogLine(string Time, string Priority, string Origin, string Message)
{
    private const int TimeLength = 19;

    public bool IsWarning => Priority == "WARN";

    public bool IsSevere => Priority == "SEVERE";

    /// <summary>A further line of the message before it, which must not be counted again.</summary>
    public bool Continues => Origin.EndsWith('+');

    /// <summary>Lines that are not of the form (a traceback, say) become a message without a head.</summary>
    public static LogLine Parse(string line)
    {
        var fields = line.Split('\t', 4);
        return fields is [{ Length: TimeLength } time, var priority, var origin, var message]
            ? new LogLine(time, priority.Trim(), origin.Trim(), message.TrimEnd('\r'))
            : new LogLine("", "", "", line);
    }
}
