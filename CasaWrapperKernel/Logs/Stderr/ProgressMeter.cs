namespace CasaWrapperKernel.Logs.Stderr;

/// <summary>
/// Takes CASA's progress display out of what comes on standard error: a line <c>0%....10....20</c> and so on to
/// <c>100%</c>, written piece by piece by any step that lasts (casacore ProgressMeter). The 0 % is missing when the
/// step has begun before the display. Meters may be nested and other lines may stand between the pieces.
/// </summary>
internal sealed class ProgressMeter
{
    private const int PerDot = 2;
    private static readonly byte[] Beginning = "\n0%"u8.ToArray();

    private readonly Stack<int> _meters = new();
    private bool _atLineStart = true;

    /// <summary>Whether the next text may be a piece.</summary>
    public bool IsOpen => _meters.Count > 0;

    /// <summary>How far the innermost is; null if there is none.</summary>
    public int? Percent => _meters.TryPeek(out var percent) ? percent : null;

    /// <summary>Forgets those that never came to 100 %.</summary>
    public void Reset() => _meters.Clear();

    /// <param name="inTask">Whether a task runs, so that a line which begins with a dot is taken for a display.</param>
    /// <returns>The text without the pieces of displays.</returns>
    public ReadOnlySpan<byte> Without(ReadOnlySpan<byte> text, bool inTask)
    {
        if (text.IsEmpty)
        {
            return text;
        }

        var mayBegin = inTask && ((_atLineStart && text.StartsWith("."u8)) || text.IndexOf("\n."u8) >= 0);
        if (!IsOpen && !mayBegin && text.IndexOf(Beginning) < 0)
        {
            _atLineStart = text.EndsWith("\n"u8);
            return text;
        }

        var rest = new List<byte>(text.Length);
        var expected = IsOpen || _atLineStart;
        while (text.Length > 0)
        {
            var size = expected || IsBeginning(text) ? Piece(text, inTask) : 0;
            expected = size > 0 || text[0] == (byte)'\n';
            if (size == 0)
            {
                rest.Add(text[0]);
            }

            text = text[Math.Max(1, size)..];
        }

        _atLineStart = expected;
        return rest.ToArray();
    }

    /// <returns>How many bytes of the text's beginning are a piece.</returns>
    private int Piece(ReadOnlySpan<byte> text, bool inTask)
    {
        if (IsBeginning(text))
        {
            _meters.Push(0);
            return Beginning.Length;
        }

        if (!IsOpen && inTask && text[0] == (byte)'.')
        {
            _meters.Push(0);
        }

        if (!IsOpen)
        {
            return 0;
        }

        var (size, percent) = Step(text, _meters.Peek());
        if (size > 0)
        {
            _meters.Pop();
            if (percent <= 100)
            {
                _meters.Push(percent);
            }
        }

        return size;
    }

    /// <returns>How long the piece is, 0 if it is none, and how far the meter is then; more than 100 at its
    /// end.</returns>
    private static (int Size, int Percent) Step(ReadOnlySpan<byte> text, int percent)
    {
        if (text[0] == (byte)'.')
        {
            return (1, Math.Min(99, percent + PerDot));
        }

        if (percent == 100 && text[0] == (byte)'%')
        {
            return (text.StartsWith("%\n"u8) ? 2 : 1, 101);
        }

        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var end ? end : text.Length;
        var isNumber = digits is 2 or 3 && int.TryParse(text[..digits], out percent) && percent is <= 100
            && percent % 10 == 0;
        var after = text[digits..];
        return isNumber
            && (after.Length == 0 || after[0] == (percent == 100 ? (byte)'%' : (byte)'.')
            || after.StartsWith(Beginning))
            ? (digits, percent)
            : (0, percent);
    }

    private static bool IsBeginning(ReadOnlySpan<byte> text) =>
        text.StartsWith(Beginning) && (text.Length == Beginning.Length || text[Beginning.Length] == (byte)'.');
}
