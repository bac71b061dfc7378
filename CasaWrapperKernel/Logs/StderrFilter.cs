using System.Text;
using System.Text.RegularExpressions;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Leaves out of standard error what the log block shows: CASA's C++ side prints every WARN and SEVERE line there too,
/// and nothing stops it; and its progress displays.
/// </summary>
internal sealed partial class StderrFilter(CasaLog log) : IStderrFilter
{
    private readonly ProgressMeter _meter = new();
    private byte[] _held = [];
    private CellLog? _cell;

    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> text) => PassLines(PassMeter(text));

    private ReadOnlySpan<byte> PassMeter(ReadOnlySpan<byte> text)
    {
        var (cell, inTask) = log.Current;
        if (cell != _cell)
        {
            _meter.Reset();
        }

        var wasOpen = _meter.IsOpen;
        var rest = _meter.Without(text, inTask);
        _cell = cell;
        return (!wasOpen && !_meter.IsOpen && rest.Length == text.Length) || log.Progress(_meter.Percent) ? rest : text;
    }

    private ReadOnlySpan<byte> PassLines(ReadOnlySpan<byte> text)
    {
        if (_held.Length == 0 && !MayHoldLogLine(text))
        {
            return text;
        }

        byte[] all = [.. _held, .. text];
        _held = [];
        var shown = new List<byte>(all.Length);
        var start = 0;
        for (var end = Array.IndexOf(all, (byte)'\n'); end >= 0; end = Array.IndexOf(all, (byte)'\n', start))
        {
            var line = all.AsSpan(start, end + 1 - start);
            if (!IsInLog(line[..^1]))
            {
                shown.AddRange(line);
            }

            start = end + 1;
        }

        var rest = all.AsSpan(start);
        if (LogLineHead().IsMatch(Encoding.UTF8.GetString(rest)))
        {
            _held = rest.ToArray();
        }
        else
        {
            shown.AddRange(rest);
        }

        return shown.ToArray();
    }

    private bool IsInLog(ReadOnlySpan<byte> line)
    {
        var text = Encoding.UTF8.GetString(line);
        return LogLineHead().IsMatch(text) && log.HasWarning(text);
    }

    private static bool MayHoldLogLine(ReadOnlySpan<byte> text) =>
        text.IndexOf("\tWARN\t"u8) >= 0 || text.IndexOf("\tSEVERE\t"u8) >= 0;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t(WARN|SEVERE)\t")]
    private static partial Regex LogLineHead();
}
