using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>A line with the task that it belongs to, if any.</summary>
internal readonly record struct Entry(LogLine Line, TaskRun? Task);

/// <summary>The first and the last of however many lines, so that adding one costs the same at any length.</summary>
internal sealed class KeptLines(int firstLines, int firstCharacters, int lastLines, int lastCharacters)
{
    private readonly List<Entry> _first = [];
    private readonly Queue<Entry> _last = new();
    private int _firstSize;
    private int _lastSize;
    private int _added;

    public IReadOnlyList<Entry> First => _first;

    public IReadOnlyCollection<Entry> Last => _last;

    /// <summary>How many are missing between the first and the last.</summary>
    public int Omitted => _added - _first.Count - _last.Count;

    public void Add(Entry entry)
    {
        _added++;
        var size = Size(entry);
        if (_last.Count == 0 && _first.Count < firstLines && _firstSize + size <= firstCharacters)
        {
            _first.Add(entry);
            _firstSize += size;
            return;
        }

        _last.Enqueue(entry);
        _lastSize += size;
        while (_last.Count > lastLines || (_lastSize > lastCharacters && _last.Count > 1))
        {
            _lastSize -= Size(_last.Dequeue());
        }
    }

    private static int Size(Entry entry) => entry.Line.Origin.Length + entry.Line.Message.Length;
}
