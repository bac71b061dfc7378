using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>
/// The logs of the cells, and whose a line is that nobody claims. A thread may log long after its cell has ended, so
/// they are kept, but not for ever.
/// </summary>
internal sealed class CellLogs(TimeProvider time)
{
    // Some 20 MB, however long the session.
    private const int MostLines = 50_000;
    private const int MostCells = 1000;

    private readonly List<CellLog> _all = [];
    private readonly List<CellLog> _running = [];

    /// <summary>In the order in which they were first heard of.</summary>
    public IReadOnlyList<CellLog> All => _all;

    /// <summary>The cell that began last of those that run; if none does, the one that ended last.</summary>
    public CellLog? Newest { get; private set; }

    /// <summary>The cell whose Python code writes into the log now, if that is known.</summary>
    public CellLog? Owner { get; set; }

    /// <summary>
    /// What <see cref="Owner"/> writes; null if that is not known. C++ code of another thread may write meanwhile.
    /// </summary>
    public string? Written { get; set; }

    public CellLog? Known(byte[] parent) => _all.FindLast(cell => ReferenceEquals(cell.Parent, parent));

    /// <param name="request">The <c>msg_id</c> of the cell's execute_request.</param>
    public CellLog? Last(string request) => _all.FindLast(cell => cell.Request == request);

    /// <param name="parent">Header JSON of the cell's execute_request.</param>
    /// <param name="file">The whole log, if the cell is new.</param>
    public CellLog Of(byte[] parent, string file)
    {
        if (Known(parent) is { } known)
        {
            return known;
        }

        Forget();
        var cell = new CellLog(parent, file, time);
        _all.Add(cell);
        return cell;
    }

    /// <summary>The cell whose Python code has written this line, if that is known.</summary>
    public CellLog? OwnerOf(LogLine line) =>
        Written is null || Written.Split('\n').Any(text => text.TrimEnd() == line.Message.TrimEnd()) ? Owner : null;

    public bool Runs(CellLog cell) => _running.Contains(cell);

    public void Begin(CellLog cell)
    {
        cell.HasPlace = true;
        _running.Add(cell);
        Newest = cell;
    }

    public void End(CellLog cell)
    {
        _running.Remove(cell);
        Newest = _running.LastOrDefault() ?? Newest;
    }

    /// <summary>What is logged later for the same request is another log.</summary>
    /// <returns>Whether that can be: none of its tasks runs.</returns>
    public bool Close(CellLog log) => !log.HasPlace && CanGo(log) && _all.Remove(log);

    private void Forget()
    {
        _all.RemoveAll(cell => cell.Block.IsEmpty && CanGo(cell)); // there would be no telling it from a new one
        var lines = _all.Sum(cell => cell.Block.KeptLines);
        while ((lines > MostLines || _all.Count >= MostCells) && _all.Find(CanGo) is { } oldest)
        {
            _all.Remove(oldest);
            lines -= oldest.Block.KeptLines;
        }
    }

    private bool CanGo(CellLog cell) =>
        cell != Newest && cell != Owner && cell.Block.Running is null && !_running.Contains(cell);
}
