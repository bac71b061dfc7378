namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>
/// Tells a peer that reads slowly from one that does not read: waiting for the one helps, for the other it does not.
/// </summary>
internal sealed class ReadingSpeed(Connection connection)
{
    private const long Window = 1000;
    private const long LeastBytesInWindow = 1 << 20;

    private bool _isReading = true;
    private long _since;
    private long _sentThen;

    /// <summary>
    /// Whether more than <paramref name="bytes"/> wait, and it has read at least a megabyte in the last second.
    /// </summary>
    public bool IsBehind(long bytes)
    {
        var now = Environment.TickCount64;
        if (connection.Backlog <= bytes)
        {
            (_isReading, _since) = (true, 0);
            return false;
        }

        if (_since == 0)
        {
            (_since, _sentThen) = (now, connection.Sent);
        }
        else if (now - _since >= Window)
        {
            _isReading = connection.Sent - _sentThen >= LeastBytesInWindow;
            (_since, _sentThen) = (now, connection.Sent);
        }

        return _isReading;
    }
}
