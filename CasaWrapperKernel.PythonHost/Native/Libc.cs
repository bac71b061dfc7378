using System.Runtime.InteropServices;

namespace CasaWrapperKernel.PythonHost.Native;

/// <summary>
/// The few C library calls that .NET has no safe equivalent for. Library names are the versioned ones: they exist on
/// every glibc, also where <c>dlopen</c> and <c>pthread_kill</c> still lived outside libc (before 2.34).
/// </summary>
internal static partial class Libc
{
    public const int RTLD_NOW = 2;
    public const int RTLD_GLOBAL = 0x100;
    public const int SIGINT = 2;
    public const int SIGTERM = 15;
    public const int F_SETFD = 2;
    public const int FD_CLOEXEC = 1;
    public const int F_GETFL = 3;
    public const int F_SETFL = 4;
    public const int O_NONBLOCK = 0x800;
    public const int O_CLOEXEC = 0x80000;
    public const int O_APPEND = 0x400;
    public const int F_SETPIPE_SZ = 1031;
    public const int F_GETLK = 5;
    public const int F_SETLK = 6;
    public const short F_WRLCK = 1;
    public const short F_UNLCK = 2;
    public const nuint FIONREAD = 0x541B;
    public const short POLLIN = 1;
    public const short POLLOUT = 4;
    public const int IOLBF = 1;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    /// <summary><c>struct flock</c>: a lock of a part of a file, of all of it by default.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Lock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int Process;
    }

    /// <summary><c>stack_t</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct AlternateStack
    {
        public nint Start;
        public int Flags;
        public nint Size;
    }

    [LibraryImport("libdl.so.2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint dlopen(string path, int flags);

    [LibraryImport("libdl.so.2", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint dlsym(nint handle, string name);

    [LibraryImport("libdl.so.2")]
    public static partial nint dlerror();

    [LibraryImport("libc.so.6")]
    public static partial nint pthread_self();

    [LibraryImport("libpthread.so.0")]
    public static partial int pthread_kill(nint thread, int signal);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static unsafe partial int pipe2(int* fds, int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static partial int dup(int fd);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static partial int dup2(int from, int to);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static partial int fcntl(int fd, int command, int argument);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static unsafe partial int fcntl(int fd, int command, Lock* argument);

    [LibraryImport("libc.so.6")]
    [SuppressGCTransition]
    public static unsafe partial int ioctl(int fd, nuint request, int* value);

    [LibraryImport("libc.so.6")]
    public static unsafe partial nint read(int fd, byte* buffer, nint count);

    [LibraryImport("libc.so.6")]
    public static unsafe partial nint write(int fd, byte* buffer, nint count);

    [LibraryImport("libc.so.6")]
    public static unsafe partial int poll(PollFd* fds, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc.so.6")]
    public static partial int setvbuf(nint stream, nint buffer, int mode, nint size);

    [LibraryImport("libc.so.6")]
    public static partial int fflush(nint stream);

    [LibraryImport("libc.so.6")]
    public static partial int close(int fd);

    [LibraryImport("libc.so.6")]
    public static partial int malloc_trim(nuint kept);

    [LibraryImport("libc.so.6")]
    public static partial int getppid();

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int setenv(string name, string value, int overwrite);

    [LibraryImport("libc.so.6")]
    public static unsafe partial int sigaction(int signal, byte* action, byte* before);

    [LibraryImport("libc.so.6")]
    public static partial int getpgrp();

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int execv(string path, nint* arguments);

    [LibraryImport("libc.so.6")]
    public static partial int kill(int pid, int signal);

    [LibraryImport("libc.so.6")]
    public static unsafe partial int sigaltstack(AlternateStack* stack, AlternateStack* before);

    /// <summary>Lets <c>exit</c> call a function with its status and the argument.</summary>
    [LibraryImport("libc.so.6")]
    public static partial int on_exit(nint function, nint argument);

    /// <summary>The result of a call that fails only where a limit of the system is reached.</summary>
    /// <exception cref="IOException">It is negative; the message is the system's.</exception>
    public static int Checked(int result, string what) => result >= 0
        ? result
        : throw new IOException($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    /// <summary>Ends the process without running exit handlers; used when an orderly end has taken too long.</summary>
    [LibraryImport("libc.so.6")]
    public static partial void _exit(int status);
}
