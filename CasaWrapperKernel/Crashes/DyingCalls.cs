using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// The C library's functions that a signal handler may call, found beforehand and called without any help of .NET's:
/// the thread may be in any state, and may be none of .NET's.
/// </summary>
internal static unsafe class DyingCalls
{
    public static delegate* unmanaged[SuppressGCTransition]<int> Getpid;
    public static delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, nint> Write;
    public static delegate* unmanaged[SuppressGCTransition]<Libc.PollFd*, nuint, int, int> Poll;
    public static delegate* unmanaged[SuppressGCTransition]<int, SignalAction*, SignalAction*, int> Sigaction;
    public static delegate* unmanaged[SuppressGCTransition]<int, int> Raise;
    public static delegate* unmanaged[SuppressGCTransition]<uint, uint> Alarm;
    public static delegate* unmanaged[SuppressGCTransition]<byte*, int> Unlink;
    public static delegate* unmanaged[SuppressGCTransition]<nint*, int, int> Backtrace;
    public static delegate* unmanaged[SuppressGCTransition]<nint*, int, int, void> BacktraceSymbols;

    public static void Find()
    {
        Getpid = (delegate* unmanaged[SuppressGCTransition]<int>)Libc.dlsym(0, "getpid");
        Write = (delegate* unmanaged[SuppressGCTransition]<int, byte*, nint, nint>)Libc.dlsym(0, "write");
        Poll = (delegate* unmanaged[SuppressGCTransition]<Libc.PollFd*, nuint, int, int>)Libc.dlsym(0, "poll");
        Sigaction = (delegate* unmanaged[SuppressGCTransition]<int, SignalAction*, SignalAction*, int>)
            Libc.dlsym(0, "sigaction");
        Raise = (delegate* unmanaged[SuppressGCTransition]<int, int>)Libc.dlsym(0, "raise");
        Alarm = (delegate* unmanaged[SuppressGCTransition]<uint, uint>)Libc.dlsym(0, "alarm");
        Unlink = (delegate* unmanaged[SuppressGCTransition]<byte*, int>)Libc.dlsym(0, "unlink");
        Backtrace = (delegate* unmanaged[SuppressGCTransition]<nint*, int, int>)Libc.dlsym(0, "backtrace");
        BacktraceSymbols = (delegate* unmanaged[SuppressGCTransition]<nint*, int, int, void>)
            Libc.dlsym(0, "backtrace_symbols_fd");
        var frame = stackalloc nint[1];
        Backtrace(frame, 1); // the first call loads a library
    }
}

/// <summary>The C library's <c>struct sigaction</c> on x86-64.</summary>
internal unsafe struct SignalAction
{
    public const nint Default = 0;
    public const nint Ignore = 1;

    public nint Handler;
    public fixed ulong Mask[16];
    public int Flags;
    public nint Restorer;
}
