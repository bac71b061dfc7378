using System.Buffers;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>The sockets that a message can leave by.</summary>
internal enum Channel
{
    Shell,
    Control,
    Stdin,
    Iopub,
}

/// <summary>
/// Everything that leaves the kernel, in the one order in which it came to be: any thread posts, only the io thread
/// takes. Text streams are gathered here and cut off before the next message, so output always precedes the reply.
/// </summary>
internal sealed class Outbox
{
    // Beyond this, whoever shows something has to wait for the io thread: a cell that does so without end must not fill
    // memory.
    private const int MostWaiting = 2 << 20;

    // Of the text of one message: larger ones cost memory in every program that handles them.
    private const int MostText = 1 << 20;

    // The parts of one print come within microseconds; a line left open for longer is a progress display.
    private static readonly TimeSpan LineTime = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly AutoResetEvent _roomAgain = new(false);
    private readonly ISendSignal? _signal;
    private readonly IOutputSource? _source;
    private readonly IOutputObserver? _observer;
    private readonly TimeProvider _time;
    private readonly StreamAppender _append;
    private List<(Channel, Outgoing)> _messages = [];
    private byte[] _streamParent = Outgoing.EmptyObject;
    private string _streamName = "";
    private long _waiting;
    private volatile bool _isHeldUp;
    private long _lastWrite;
    private bool _atLineStart = true;

    /// <param name="signal">Is told that something was added.</param>
    /// <param name="source">Has output of its own that stands before what is added, such as what C code has
    /// written.</param>
    /// <param name="observer">Sees what is added, and may have something to put before it.</param>
    public Outbox(
        ISendSignal? signal = null, IOutputSource? source = null, IOutputObserver? observer = null,
        TimeProvider? time = null)
    {
        (_signal, _source, _observer, _append) = (signal, source, observer, Append);
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Whether a line of text is being written right now: a bad moment to show something unasked.</summary>
    public bool IsInLine => !_atLineStart && _time.GetElapsedTime(_lastWrite) < LineTime;

    /// <summary>Whether whoever shows something has to wait (<see cref="WaitForRoom"/>).</summary>
    public bool IsFull => IsHeldUp || HasMuch;

    /// <summary>[kernel-io] Whether a client that reads cannot follow: whoever prints waits for it.</summary>
    public bool IsHeldUp
    {
        get => _isHeldUp;
        set
        {
            _isHeldUp = value;
            if (!value)
            {
                _roomAgain.Set();
            }
        }
    }

    private bool HasMuch => _waiting + _text.WrittenCount > MostWaiting;

    /// <summary>Posts on iopub, under the message's type as topic.</summary>
    public void Publish(Outgoing message) =>
        Post(Channel.Iopub, message with { Identities = [Topic.Of(message.Type)] });

    public void Post(Channel channel, Outgoing message)
    {
        lock (_gate)
        {
            Add(channel, message);
        }

        _signal?.Raise(urgent: true);
    }

    /// <summary>Posts what is made while nothing else can be added; making it must not wait for a disk.</summary>
    public void Post(Channel channel, Func<IReadOnlyList<Outgoing>> make)
    {
        IReadOnlyList<Outgoing> made;
        lock (_gate)
        {
            made = make();
            foreach (var message in made)
            {
                Add(channel, message);
            }
        }

        if (made.Count > 0)
        {
            _signal?.Raise(urgent: true);
        }
    }

    /// <summary>
    /// Adds text to the stream <paramref name="name"/> of the cell that <paramref name="parent"/> started.
    /// </summary>
    public void Write(byte[] parent, string name, ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            // Asked of the operating system at the beginning of a line only, since a print makes several calls.
            if (_atLineStart)
            {
                _source?.Read(_append);
            }

            Announce(parent, "stream", default);
            Append(parent, name, text);
        }

        _signal?.Raise(HasMuch);
    }

    /// <summary>Adds what the source has, without anything else.</summary>
    public void BringIn()
    {
        bool hasText;
        lock (_gate)
        {
            _source?.Read(_append);
            hasText = _waiting + _text.WrittenCount > 0;
        }

        if (hasText)
        {
            _signal?.Raise(HasMuch);
        }
    }

    /// <summary>Waits (bounded, so that an interrupt gets through) until there is room for more text.</summary>
    public void WaitForRoom() => _roomAgain.WaitOne(TimeSpan.FromMilliseconds(20));

    /// <summary>
    /// [kernel-io] All that is to be sent now, in order. A line that is being written stays for the next time if there
    /// are whole ones before it: clients such as nbclient show every message as a paragraph of its own.
    /// </summary>
    /// <param name="begunLine">Whether such a line stays.</param>
    public IReadOnlyList<(Channel Channel, Outgoing Message)> Take(out bool begunLine)
    {
        lock (_gate)
        {
            var wholeLines = _text.WrittenSpan.LastIndexOf((byte)'\n') + 1;
            CutStream(wholeLines == 0 ? _text.WrittenCount : wholeLines);
            begunLine = _text.WrittenCount > 0;
            var taken = _messages;
            (_messages, _waiting) = ([], 0);
            _roomAgain.Set();
            return taken;
        }
    }

    private void Add(Channel channel, Outgoing message)
    {
        _source?.Read(_append);
        CutStream();
        if (channel == Channel.Iopub)
        {
            Announce(message.Parent, message.Type, message.Content);
        }

        _atLineStart = true;
        _messages.Add((channel, message));
        _waiting += message.Bytes;
    }

    private void Announce(byte[] parent, string type, ReadOnlySpan<byte> content)
    {
        foreach (var before in _observer?.Posting(parent, type, content) ?? [])
        {
            CutStream();
            _messages.Add((Channel.Iopub, before));
        }
    }

    private void Append(byte[] parent, string name, ReadOnlySpan<byte> text)
    {
        if (!ReferenceEquals(name, _streamName) || !ReferenceEquals(parent, _streamParent))
        {
            CutStream();
            (_streamParent, _streamName) = (parent, name);
        }

        for (var rest = text; rest.Length > 0;)
        {
            if (MostText - _text.WrittenCount < StreamText.LongestCharacter)
            {
                CutStream();
            }

            var piece = rest[..StreamText.PieceLength(rest, MostText - _text.WrittenCount)];
            _text.Write(piece);
            rest = rest[piece.Length..];
            if (rest.Length > 0)
            {
                CutStream();
            }
        }

        _lastWrite = _time.GetTimestamp();
        _atLineStart = text.Length > 0 && text[^1] == (byte)'\n';
    }

    private void CutStream() => CutStream(_text.WrittenCount);

    private void CutStream(int length)
    {
        if (length == 0)
        {
            return;
        }

        var text = _text.WrittenSpan;
        _messages.Add(
            (Channel.Iopub, new Outgoing("stream", _streamParent, StreamText.Write(_streamName, text[..length]))
            {
                Identities = [Topic.Of("stream")],
            }));
        _waiting += length;
        var rest = text[length..].ToArray();
        _text.ResetWrittenCount();
        _text.Write(rest);
    }
}
