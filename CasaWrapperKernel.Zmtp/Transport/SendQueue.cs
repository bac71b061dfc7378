namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>
/// What is still to be sent to one peer, in order, and what its <see cref="BacklogPolicy"/> makes of too much.
/// </summary>
internal sealed class SendQueue(BacklogPolicy policy, Func<ZmtpMessage, IReadOnlyList<ReadOnlyMemory<byte>>> encode)
{
    // Small pieces leave together; larger ones from where they are.
    private const int TogetherBytes = 64 << 10;

    // Then others have their turn, however fast this peer reads.
    private const int MostBytesInOneTurn = 4 << 20;

    private readonly LinkedList<Item> _items = new();
    private LinkedListNode<Item>? _gap;
    private int _piece;
    private int _offset;
    private long _droppable;

    /// <summary>Bytes that are not sent yet.</summary>
    public long Bytes { get; private set; }

    public bool IsEmpty => _items.Count == 0;

    /// <summary>Bytes of the handshake.</summary>
    public void Add(ReadOnlyMemory<byte> bytes)
    {
        _items.AddLast(new Item { Pieces = [bytes], Bytes = bytes.Length });
        Bytes += bytes.Length;
    }

    /// <returns>False if the peer is too far behind to be kept.</returns>
    public bool Add(ZmtpMessage message)
    {
        if (Bytes > policy.MostBytes)
        {
            return false;
        }

        var mayDrop = policy.MayDrop(message);
        _items.AddLast(new Item { Message = message, Bytes = message.Bytes, MayDrop = mayDrop });
        Bytes += message.Bytes;
        _droppable += mayDrop ? message.Bytes : 0;
        if (Bytes > policy.DropBytes && _droppable > 0)
        {
            Drop();
        }

        return true;
    }

    /// <summary>Sends as much as the socket takes.</summary>
    /// <param name="together">Room to put small pieces together.</param>
    /// <returns>The bytes that were sent.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public long Send(int descriptor, byte[] together)
    {
        var sent = 0L;
        while (!IsEmpty && sent < MostBytesInOneTurn)
        {
            var bytes = Gather(together);
            var taken = Native.Send(descriptor, bytes);
            Advance(taken);
            sent += taken;
            if (taken < bytes.Length)
            {
                break;
            }
        }

        return sent;
    }

    private ReadOnlySpan<byte> Gather(byte[] together)
    {
        var room = together.AsSpan(0, TogetherBytes);
        var (piece, offset) = (_piece, _offset);
        for (var node = _items.First; node is not null; node = node.Next, piece = 0)
        {
            var pieces = Pieces(node);
            for (; piece < pieces.Count; piece++, offset = 0)
            {
                var bytes = pieces[piece].Span[offset..];
                if (bytes.Length > room.Length)
                {
                    // It leaves with the next call, from where it is.
                    return room.Length == TogetherBytes ? bytes : together.AsSpan(0, TogetherBytes - room.Length);
                }

                bytes.CopyTo(room);
                room = room[bytes.Length..];
            }
        }

        return together.AsSpan(0, TogetherBytes - room.Length);
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Pieces(LinkedListNode<Item> node)
    {
        var item = node.Value;
        if (item.Pieces is { } known)
        {
            return known;
        }

        if (node == _gap)
        {
            _gap = null;
            item.Message = policy.Gap(item.LastDropped!, item.DroppedMessages, item.DroppedBytes);
        }

        // From here on it may be on its way in part, and is no longer dropped.
        _droppable -= item.MayDrop ? item.Bytes : 0;
        item.MayDrop = false;
        return item.Pieces = item.Message is { } message ? Encode(message) : [];
    }

    private IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message)
    {
        try
        {
            return encode(message);
        }
        catch (OutOfMemoryException) when (policy.Instead(message) is { } smaller)
        {
            return encode(smaller);
        }
    }

    private void Advance(int sent)
    {
        while (_items.First is { Value: { Pieces: { } pieces } item })
        {
            for (; _piece < pieces.Count; _piece++, _offset = 0)
            {
                var left = pieces[_piece].Length - _offset;
                if (sent < left)
                {
                    _offset += sent;
                    return;
                }

                sent -= left;
            }

            Bytes -= item.Bytes;
            _items.RemoveFirst();
            (_piece, _offset) = (0, 0);
        }
    }

    // A quarter more than needed, so that the queue is not gone through for each message.
    private void Drop()
    {
        var wanted = policy.DropBytes / 4 * 3;
        for (var node = _items.First; node is not null && Bytes > wanted && _droppable > 0;)
        {
            var next = node.Next;
            if (node.Value.MayDrop)
            {
                _gap ??= _items.AddBefore(node, new Item());
                policy.Dropped(node.Value.Message!);
                _gap.Value.LastDropped = node.Value.Message;
                _gap.Value.DroppedMessages++;
                _gap.Value.DroppedBytes += node.Value.Bytes;
                Bytes -= node.Value.Bytes;
                _droppable -= node.Value.Bytes;
                _items.Remove(node);
            }

            node = next;
        }
    }

    private sealed class Item
    {
        public ZmtpMessage? Message { get; set; }

        public long Bytes { get; init; }

        public bool MayDrop { get; set; }

        /// <summary>
        /// What goes over the wire; null until its turn comes, since encryption numbers messages in order.
        /// </summary>
        public IReadOnlyList<ReadOnlyMemory<byte>>? Pieces { get; set; }

        public ZmtpMessage? LastDropped { get; set; }

        public long DroppedMessages { get; set; }

        public long DroppedBytes { get; set; }
    }
}
