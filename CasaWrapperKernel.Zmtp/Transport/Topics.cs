namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>What one peer has subscribed to. A topic that was subscribed to twice ends with its second end.</summary>
internal sealed class Topics(int most)
{
    private readonly List<(byte[] Topic, int Times)> _topics = [];

    /// <exception cref="ZmtpException">There are too many.</exception>
    public void Add(byte[] topic)
    {
        var at = IndexOf(topic);
        if (at >= 0)
        {
            _topics[at] = (topic, _topics[at].Times + 1);
        }
        else if (_topics.Count < most)
        {
            _topics.Add((topic, 1));
        }
        else
        {
            throw new ZmtpException($"a peer has subscribed to more than {most} topics");
        }
    }

    public void Remove(byte[] topic)
    {
        var at = IndexOf(topic);
        if (at >= 0 && _topics[at].Times > 1)
        {
            _topics[at] = (topic, _topics[at].Times - 1);
        }
        else if (at >= 0)
        {
            _topics.RemoveAt(at);
        }
    }

    /// <summary>Whether one of the topics is a beginning of <paramref name="topic"/>.</summary>
    public bool Match(ReadOnlySpan<byte> topic)
    {
        foreach (var (known, _) in _topics)
        {
            if (topic.StartsWith(known))
            {
                return true;
            }
        }

        return false;
    }

    private int IndexOf(byte[] topic) => _topics.FindIndex(known => known.Topic.AsSpan().SequenceEqual(topic));
}
