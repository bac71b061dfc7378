using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Stderr;

/// <summary>
/// The latest WARN and SEVERE lines of the log. CASA writes each to standard error too; whoever reads it there takes
/// it from here, so that every line is left out once only.
/// </summary>
internal sealed class RecentWarnings
{
    // Lines that standard error never brought (those of plotms and MPI servers) must not gather for ever.
    private const int Most = 10_000;

    private readonly Dictionary<string, int> _lines = [];
    private readonly Queue<string> _order = new();

    public void Add(LogLine line, string text)
    {
        if (!line.IsWarning && !line.IsSevere)
        {
            return;
        }

        _lines[text] = _lines.GetValueOrDefault(text) + 1;
        _order.Enqueue(text);
        if (_order.Count > Most)
        {
            Take(_order.Dequeue());
        }
    }

    /// <summary>Removes one occurrence of the line.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Take(string text)
    {
        if (!_lines.TryGetValue(text, out var count))
        {
            return false;
        }

        if (count == 1)
        {
            _lines.Remove(text);
        }
        else
        {
            _lines[text] = count - 1;
        }

        return true;
    }
}
