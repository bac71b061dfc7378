using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Notices what takes a log block away: <c>clear_output</c>, after which front ends ignore updates of what has been there,
/// and Output widgets, which take all output of their cell, forget updates and are cleared by later cells.
/// </summary>
/// <param name="gate">Guards the cells.</param>
/// <param name="showNow">Posts what is new of a cell.</param>
internal sealed class BlockPlaces(CellLogs cells, Lock gate, Action<CellLog> showNow) : IOutputObserver
{
    private readonly Dictionary<string, string> _takenBy = [];

    /// <summary>Whether an Output widget takes what the cell shows.</summary>
    public bool IsTaken(CellLog cell) => _takenBy.Count > 0 && _takenBy.ContainsValue(cell.Request);

    public void Posting(byte[] parent, string type, ReadOnlySpan<byte> content)
    {
        switch (type)
        {
            case "clear_output":
                var wait = Json.Read(content.ToArray(), WireJson.Default.ClearOutput) is { Wait: true };
                Tell(parent, cell => cell.Cleared(wait));
                break;
            case "stream" or "display_data" or "execute_result" or "error":
                Tell(parent, cell => cell.OtherOutput());
                break;
            case "comm_open" or "comm_msg" when content.IndexOf("\"msg_id\""u8) >= 0:
                if (Json.Read(content.ToArray(), WireJson.Default.WidgetComm) is { Data.State.MsgId: { } request } widget)
                {
                    Take(widget.CommId, request);
                }

                break;
            case "comm_close":
                Take(Json.Read(content.ToArray(), WireJson.Default.WidgetComm)?.CommId ?? "", "");
                break;
        }
    }

    private void Tell(byte[] parent, Action<CellLog> change)
    {
        lock (gate)
        {
            if (cells.Known(parent) is { } cell && !IsTaken(cell))
            {
                change(cell);
            }
        }
    }

    private void Take(string widget, string request)
    {
        CellLog? left;
        lock (gate)
        {
            _takenBy.Remove(widget, out var before);
            left = before is null ? null : cells.Last(before);
            if (request.Length > 0)
            {
                _takenBy[widget] = request;
            }
        }

        if (left is { HasPlace: false })
        {
            showNow(left); // into the widget, as long as it takes it: a widget's callback has no other place
        }
    }
}
