using System.Text;
using System.Text.RegularExpressions;
using CasaWrapperKernel.Logs.Model;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.Logs.Stderr;

/// <summary>
/// Leaves out of standard error what the log block shows: CASA's C++ side prints every WARN and SEVERE line there too,
/// and nothing stops it; and its progress displays.
/// </summary>
internal sealed partial class StderrFilter(StderrNotes notes, TimeProvider time) : IStderrFilter
{
    // The log's disk may be away; then the line stands in both places.
    private static readonly TimeSpan MostHold = TimeSpan.FromSeconds(1);

    private readonly ProgressMeter _meter = new();
    private readonly Queue<Held> _held = new();
    private byte[] _begun = [];
    private CellLog? _cell;

    public bool IsHolding => _held.Count > 0;

    public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> text) => PassLines(PassMeter(text));

    private ReadOnlySpan<byte> PassMeter(ReadOnlySpan<byte> text)
    {
        var log = notes.View;
        if (log.Cell != _cell)
        {
            _meter.Reset();
        }

        var wasOpen = _meter.IsOpen;
        var rest = _meter.Without(text, log.InTask);
        _cell = log.Cell;
        if (!wasOpen && !_meter.IsOpen && rest.Length == text.Length)
        {
            return rest;
        }

        notes.SetProgress(_meter.Percent);
        return log.ShowsBlocks && log.HasCell ? rest : text;
    }

    private ReadOnlySpan<byte> PassLines(ReadOnlySpan<byte> text)
    {
        if (_held.Count == 0 && _begun.Length == 0 && !MayHoldLogLine(text))
        {
            return text;
        }

        Hold([.. _begun, .. text]);
        var shown = new List<byte>();
        while (_held.TryPeek(out var first) && IsDecided(first, out var isShown))
        {
            _held.Dequeue();
            shown.AddRange(isShown ? first.Bytes : []);
        }

        if (_held.Count == 0 && !LogLineHead().IsMatch(Encoding.UTF8.GetString(_begun)))
        {
            shown.AddRange(_begun);
            _begun = [];
        }

        return shown.ToArray();
    }

    private void Hold(ReadOnlySpan<byte> text)
    {
        for (var end = text.IndexOf((byte)'\n'); end >= 0; end = text.IndexOf((byte)'\n'))
        {
            var line = Encoding.UTF8.GetString(text[..end]);
            _held.Enqueue(new Held(
                text[..(end + 1)].ToArray(), LogLineHead().IsMatch(line) ? line : null, notes.NextReading,
                time.GetTimestamp()));
            text = text[(end + 1)..];
        }

        _begun = text.ToArray();
    }

    private bool IsDecided(Held line, out bool isShown)
    {
        isShown = line.Warning is null || !notes.View.ShowsBlocks || !notes.Take(line.Warning);
        return line.Warning is null || !isShown || !notes.View.ShowsBlocks
            || notes.IsRead(line.Reading) || time.GetElapsedTime(line.Came) > MostHold;
    }

    private static bool MayHoldLogLine(ReadOnlySpan<byte> text) =>
        text.IndexOf("\tWARN\t"u8) >= 0 || text.IndexOf("\tSEVERE\t"u8) >= 0;

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t(WARN|SEVERE)\t")]
    private static partial Regex LogLineHead();

    /// <param name="Bytes">A whole line.</param>
    /// <param name="Warning">The line, if it may be in the log as well.</param>
    /// <param name="Reading">The reading of the log that decides on it.</param>
    private sealed record Held(byte[] Bytes, string? Warning, long Reading, long Came);
}
