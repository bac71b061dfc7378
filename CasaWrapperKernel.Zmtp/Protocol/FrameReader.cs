using System.Buffers.Binary;

namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>
/// Takes bytes as they come and gives whole frames. A length that a peer claims is compared with the limit at once, and
/// memory for it is taken only as the bytes arrive.
/// </summary>
internal sealed class FrameReader
{
    private const int LongHeader = 9;
    private const int FirstPiece = 64 << 10;
    private const int Growth = 4;

    private readonly byte[] _header = new byte[LongHeader];
    private int _headerRead;
    private FrameFlags _flags;
    private byte[]? _body;
    private int _length;
    private int _bodyRead;

    /// <summary>The longest frame of user data.</summary>
    public long MostBytes { get; set; }

    /// <summary>The longest command.</summary>
    public long MostCommandBytes { get; set; }

    /// <summary>Bytes of the frame that is not complete yet.</summary>
    public int Unfinished => _bodyRead;

    /// <summary>
    /// Where the next bytes of a large frame belong: who reads them right there saves a copy. Empty otherwise.
    /// </summary>
    public Span<byte> Target => _body is { Length: >= FirstPiece } && _bodyRead < _length ? Room() : default;

    /// <summary>Takes bytes from the beginning of <paramref name="input"/>.</summary>
    /// <returns>Whether <paramref name="frame"/> is one; if not, all input was taken.</returns>
    /// <exception cref="ZmtpException">Reserved bits are set, or the frame is longer than it may be.</exception>
    public bool TryRead(ref ReadOnlySpan<byte> input, out Frame frame)
    {
        frame = default;
        if (_body is null && !ReadHeader(ref input))
        {
            return false;
        }

        while (_bodyRead < _length && input.Length > 0)
        {
            var room = Room();
            var taken = Math.Min(room.Length, input.Length);
            input[..taken].CopyTo(room);
            input = input[taken..];
            _bodyRead += taken;
        }

        return TryFinish(out frame);
    }

    /// <summary>Says that <paramref name="count"/> bytes were read into <see cref="Target"/>.</summary>
    public bool Advance(int count, out Frame frame)
    {
        _bodyRead += count;
        return TryFinish(out frame);
    }

    private bool TryFinish(out Frame frame)
    {
        if (_bodyRead < _length)
        {
            frame = default;
            return false;
        }

        frame = new Frame(_flags, _body!);
        (_body, _bodyRead, _headerRead) = (null, 0, 0);
        return true;
    }

    private bool ReadHeader(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            var wanted = _headerRead == 0 ? 1 : ((FrameFlags)_header[0] & FrameFlags.Long) == 0 ? 2 : LongHeader;
            var taken = Math.Min(wanted - _headerRead, input.Length);
            input[..taken].CopyTo(_header.AsSpan(_headerRead));
            input = input[taken..];
            _headerRead += taken;
            if (_headerRead < wanted)
            {
                return false;
            }

            if (wanted > 1)
            {
                Begin();
                return true;
            }

            _flags = (FrameFlags)_header[0];
            Check();
        }
    }

    private void Check()
    {
        const FrameFlags Known = FrameFlags.More | FrameFlags.Long | FrameFlags.Command;
        if ((_flags & ~Known) != 0)
        {
            throw new ZmtpException("a frame has reserved bits set");
        }

        if ((_flags & FrameFlags.Command) != 0 && (_flags & FrameFlags.More) != 0)
        {
            throw new ZmtpException("a command has more than one frame");
        }
    }

    private void Begin()
    {
        var length = (_flags & FrameFlags.Long) == 0 ? _header[1]
            : BinaryPrimitives.ReadUInt64BigEndian(_header.AsSpan(1));
        var most = (_flags & FrameFlags.Command) == 0 ? MostBytes : MostCommandBytes;
        if (length > (ulong)Math.Min(most, Array.MaxLength))
        {
            throw new ZmtpException($"a frame of {length} bytes is longer than {most}");
        }

        _length = (int)length;
        _body = GC.AllocateUninitializedArray<byte>(Math.Min(_length, FirstPiece));
    }

    private Span<byte> Room()
    {
        if (_bodyRead == _body!.Length)
        {
            var larger = GC.AllocateUninitializedArray<byte>((int)Math.Min(_length, (long)_body.Length * Growth));
            _body.CopyTo(larger, 0);
            _body = larger;
        }

        return _body.AsSpan(_bodyRead);
    }
}
