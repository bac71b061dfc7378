using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>
/// Notices what takes a log block away: <c>clear_output</c>, after which front ends ignore updates of what has been
/// there, and Output widgets, which take all output of their cell, forget updates and are cleared by later Cells.
/// </summary>
internal sealed class BlockPlaces(TimeProvider time) : IOutputObserver
{
    private readonly Dictionary<string, string> _takenBy = [];

    // By msg_id: requests that no front end has a place for, such as the messages of widgets, and who gives them one.
    private readonly Dictionary<string, byte[]> _under = [];

    // Those that no front end shows; noted by the io thread, which waits for nobody.
    private readonly ConcurrentDictionary<string, bool> _closed = new();

    // Text need not wait for whoever reads the log, unless it clears something. Only used while the outbox is locked.
    private readonly HashSet<byte[]> _clearedByOutput = [];

    /// <summary>
    /// Guards the cells and what is in them. Nobody waits for a disk, or for the outbox, while holding it.
    /// </summary>
    public Lock Gate { get; } = new();

    public CellLogs Cells { get; } = new(time);

    /// <summary>Whether an Output widget takes what the cell shows.</summary>
    public bool IsTaken(CellLog cell) =>
        _takenBy.Any(taken => taken.Value == cell.Request && !_closed.ContainsKey(taken.Key));

    /// <summary>What this request logs is shown under another one, unless an Output widget takes it.</summary>
    /// <param name="parent">Header JSON of the request.</param>
    /// <param name="other">Header JSON of the other one, a cell's.</param>
    public void ShowUnder(byte[] parent, byte[] other)
    {
        lock (Gate)
        {
            _under[RequestOf(parent)] = other;
        }
    }

    /// <summary>Header JSON of the request under which a log is shown now.</summary>
    public byte[] PlaceOf(CellLog log) =>
        _under.TryGetValue(log.Request, out var other) && !IsTaken(log) ? other : log.Parent;

    public CellLog? Known(byte[] parent)
    {
        lock (Gate)
        {
            return Cells.Known(parent);
        }
    }

    /// <summary>What the request has logged is shown; what comes later is another block, perhaps elsewhere.</summary>
    public void Settled(byte[] parent)
    {
        lock (Gate)
        {
            if (Cells.Known(parent) is not { } log || Cells.Close(log))
            {
                _under.Remove(RequestOf(parent));
            }
        }
    }

    /// <summary>
    /// A front end closes a widget, as one that has no widgets does with each: it takes nothing there.
    /// </summary>
    /// <param name="content">Of its <c>comm_close</c>.</param>
    public void Closed(byte[] content) => _closed[Json.Read(content, WireJson.Default.WidgetComm)?.CommId ?? ""] = true;

    public IReadOnlyList<Outgoing> Posting(byte[] parent, string type, ReadOnlySpan<byte> content)
    {
        switch (type)
        {
            case "clear_output":
                var wait = Json.Read(content.ToArray(), WireJson.Default.ClearOutput) is { Wait: true };
                if (Tell(parent, cell => cell.Cleared(wait)) && wait)
                {
                    _clearedByOutput.Add(parent);
                }

                break;
            case "stream" or "display_data" or "execute_result" or "error" when _clearedByOutput.Contains(parent):
                if (Tell(parent, cell => cell.OtherOutput()))
                {
                    _clearedByOutput.Remove(parent);
                }

                break;
            case "comm_open" or "comm_msg" when content.IndexOf("\"msg_id\""u8) >= 0:
                if (Json.Read(
                    content.ToArray(), WireJson.Default.WidgetComm) is { Data.State.MsgId: { } request } widget)
                {
                    return Take(widget.CommId, request);
                }

                break;
            case "comm_close":
                return Take(Json.Read(content.ToArray(), WireJson.Default.WidgetComm)?.CommId ?? "", "");
        }

        return [];
    }

    private static string RequestOf(byte[] parent) => Json.Read(parent, WireJson.Default.Header)?.MsgId ?? "";

    /// <returns>Whether it is the cell's own output.</returns>
    private bool Tell(byte[] parent, Action<CellLog> change)
    {
        lock (Gate)
        {
            if (Cells.Known(parent) is not { } cell || IsTaken(cell))
            {
                return false;
            }

            change(cell);
            return true;
        }
    }

    private IReadOnlyList<Outgoing> Take(string widget, string request)
    {
        lock (Gate)
        {
            _takenBy.Remove(widget, out var before);
            var left = before is null ? null : Cells.Last(before);
            if (request.Length > 0)
            {
                _takenBy[widget] = request;
            }

            // Into the widget, as long as it takes it: a widget's callback has no other place.
            return left is { HasPlace: false, HasNews: true }
                ? [left.Show(ended: true)]
                : [];
        }
    }
}
