using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>An epoll instance. Each descriptor is watched under a number that is never used again.</summary>
internal sealed unsafe class Poll : IDisposable
{
    private const int MostEvents = 256;

    // The C structure is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int EventLength = DataOffset + 8;

    private readonly int _epoll = Native.epoll_create1(Native.EPOLL_CLOEXEC);
    private readonly byte[] _events = new byte[MostEvents * EventLength];

    /// <exception cref="IOException">The system watches no more descriptors for this user.</exception>
    public void Add(int descriptor, ulong number, uint events)
    {
        if (!Control(Native.EPOLL_CTL_ADD, descriptor, number, events))
        {
            throw new IOException("a socket cannot be watched");
        }
    }

    public void Change(int descriptor, ulong number, uint events) =>
        Control(Native.EPOLL_CTL_MOD, descriptor, number, events);

    /// <summary>
    /// Must precede the close: a forked child may hold the descriptor, and then it would still be watched.
    /// </summary>
    public void Remove(int descriptor) => Control(Native.EPOLL_CTL_DEL, descriptor, 0, 0);

    /// <summary>Waits and adds what is ready to <paramref name="ready"/>.</summary>
    public void Wait(int timeoutMilliseconds, List<(ulong Number, uint Events)> ready)
    {
        int count;
        fixed (byte* events = _events)
        {
            count = Native.epoll_wait(_epoll, events, MostEvents, timeoutMilliseconds);
        }

        for (var i = 0; i < count; i++)
        {
            var entry = _events.AsSpan(i * EventLength, EventLength);
            ready.Add(
                (BinaryPrimitives.ReadUInt64LittleEndian(entry[DataOffset..]),
                    BinaryPrimitives.ReadUInt32LittleEndian(entry)));
        }
    }

    public void Dispose() => Native.close(_epoll);

    private bool Control(int operation, int descriptor, ulong number, uint events)
    {
        var change = stackalloc byte[EventLength];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(change, 4), events);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(change + DataOffset, 8), number);
        return Native.epoll_ctl(_epoll, operation, descriptor, change) == 0;
    }
}
