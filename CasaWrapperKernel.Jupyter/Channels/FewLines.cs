namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Lets through so many lines a minute, and counts the others.</summary>
internal sealed class FewLines
{
    private const int MostInAMinute = 50;
    private const long Minute = 60_000;

    private long _since = Environment.TickCount64;
    private int _written;
    private long _left;

    /// <param name="left">How many were left out before this one.</param>
    public bool MayWrite(out long left)
    {
        if (Environment.TickCount64 - _since >= Minute)
        {
            (_since, _written) = (Environment.TickCount64, 0);
        }

        left = _left;
        if (_written >= MostInAMinute)
        {
            _left++;
            return false;
        }

        _written++;
        _left = 0;
        return true;
    }
}
