using CasaWrapperKernel.PythonHost.Native;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// Whether the kernel of a record lives. It holds a POSIX lock on it, which a fork does not inherit, the end of the
/// process gives back, and other machines and containers that share the disk see.
/// </summary>
internal static unsafe class RecordLock
{
    /// <summary>Holds the lock as long as the process lives and keeps the file open.</summary>
    public static void Hold(SafeFileHandle file)
    {
        var wanted = new Libc.Lock { Type = Libc.F_WRLCK };
        Libc.fcntl((int)file.DangerousGetHandle(), Libc.F_SETLK, &wanted);
    }

    /// <summary>Whether another process holds the lock.</summary>
    public static bool IsHeld(SafeFileHandle file)
    {
        var asked = new Libc.Lock { Type = Libc.F_WRLCK };
        return Libc.fcntl((int)file.DangerousGetHandle(), Libc.F_GETLK, &asked) == 0 && asked.Type != Libc.F_UNLCK;
    }
}
