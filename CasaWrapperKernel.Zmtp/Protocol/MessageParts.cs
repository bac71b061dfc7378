namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>The frames of a message until its last one has come.</summary>
internal sealed class MessageParts(ZmtpLimits limits)
{
    private List<byte[]> _frames = [];

    /// <summary>Bytes of the frames that are here.</summary>
    public long Bytes { get; private set; }

    /// <returns>The whole message with its last frame, else null.</returns>
    /// <exception cref="ZmtpException">There are too many.</exception>
    public List<byte[]>? Add(Frame frame)
    {
        _frames.Add(frame.Body);
        Bytes += frame.Body.Length;
        if (!frame.HasMore)
        {
            var whole = _frames;
            (_frames, Bytes) = ([], 0);
            return whole;
        }

        return _frames.Count < limits.MessageFrames
            ? null
            : throw new ZmtpException($"a message has more than {limits.MessageFrames} frames");
    }
}
