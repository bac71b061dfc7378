using System.Runtime.InteropServices;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>The C library calls behind the event loop, which .NET has no equivalent for.</summary>
internal static unsafe partial class Native
{
    public const uint EPOLLIN = 1;
    public const uint EPOLLOUT = 4;
    public const int EPOLL_CTL_ADD = 1;
    public const int EPOLL_CTL_DEL = 2;
    public const int EPOLL_CTL_MOD = 3;
    public const int EPOLL_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;
    public const int EFD_CLOEXEC = 0x80000;
    private const int RLIMIT_NOFILE = 7;
    private const int MSG_DONTWAIT = 0x40;
    private const int MSG_NOSIGNAL = 0x4000;
    private const int EINTR = 4;
    private const int EAGAIN = 11;
    private const int ENOMEM = 12;
    private const int ENFILE = 23;
    private const int EMFILE = 24;
    private const int ENOBUFS = 105;
    private const int SOCK_NONBLOCK = 0x800;
    private const int SOCK_CLOEXEC = 0x80000;

    [LibraryImport("libc.so.6")]
    public static partial int epoll_create1(int flags);

    [LibraryImport("libc.so.6")]
    public static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* change);

    [LibraryImport("libc.so.6")]
    public static partial int epoll_wait(int epoll, byte* events, int most, int timeoutMilliseconds);

    [LibraryImport("libc.so.6")]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc.so.6")]
    public static partial nint read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc.so.6")]
    public static partial nint write(int descriptor, void* buffer, nint count);

    [LibraryImport("libc.so.6")]
    public static partial int socket(int family, int kind, int protocol);

    [LibraryImport("libc.so.6")]
    public static partial int close(int descriptor);

    [LibraryImport("libc.so.6")]
    public static partial uint geteuid();

    /// <summary>How many descriptors the process may open.</summary>
    public static long MostDescriptors()
    {
        var softAndHard = stackalloc ulong[2];
        return getrlimit(RLIMIT_NOFILE, softAndHard) == 0 ? (long)Math.Min(softAndHard[0], long.MaxValue)
            : long.MaxValue;
    }

    /// <summary>Accepts a connection without waiting.</summary>
    /// <param name="isFull">Whether there is one, but no descriptor for it.</param>
    /// <returns>Its descriptor, or -1.</returns>
    public static int Accept(int listening, out bool isFull)
    {
        var accepted = accept4(listening, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC);
        isFull = accepted < 0 && Marshal.GetLastPInvokeError() is EMFILE or ENFILE or ENOBUFS or ENOMEM;
        return accepted;
    }

    /// <summary>Sends without waiting.</summary>
    /// <returns>How much the socket took; 0 if it takes nothing for now.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public static int Send(int socket, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Checked((int)send(socket, start, bytes.Length, MSG_DONTWAIT | MSG_NOSIGNAL)) ?? 0;
        }
    }

    /// <summary>Receives without waiting.</summary>
    /// <returns>How much came; 0 if the peer has ended; null if nothing is there.</returns>
    /// <exception cref="IOException">The connection has ended.</exception>
    public static int? Receive(int socket, Span<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return Checked((int)recv(socket, start, bytes.Length, MSG_DONTWAIT));
        }
    }

    private static int? Checked(int result)
    {
        if (result >= 0)
        {
            return result;
        }

        var error = Marshal.GetLastPInvokeError();
        return error is EAGAIN or EINTR ? null : throw new IOException(Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("libc.so.6")]
    private static partial int getrlimit(int resource, ulong* softAndHard);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int accept4(int socket, void* address, void* length, int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial nint send(int socket, byte* bytes, nint count, int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial nint recv(int socket, byte* bytes, nint count, int flags);
}
