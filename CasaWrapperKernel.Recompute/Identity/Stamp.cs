using System.Runtime.InteropServices;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>By what a file is known to be as it was, without reading it. Nobody can set the time of change.</summary>
/// <param name="Modified">Nanoseconds since 1970.</param>
/// <param name="Changed">Nanoseconds since 1970, of the content, the name or the mode.</param>
internal readonly record struct Stamp(long Size, long Modified, long Changed, ulong Inode, ulong Device)
{
    /// <summary>
    /// How far times of a file must lie back for its stamp to be believed: within the clock's grain, or between two
    /// clocks, a file can change and keep its times.
    /// </summary>
    public static readonly TimeSpan Grain = TimeSpan.FromSeconds(2);

    private const int OthersWrite = 0x12; // S_IWGRP | S_IWOTH

    /// <summary>Looks at a file; of a link at the link itself.</summary>
    /// <exception cref="IOException">There is none, or it cannot be looked at.</exception>
    public static unsafe Stamp Of(string path)
    {
        Libc.Statx found;
        if (Libc.statx(Libc.AT_FDCWD, path, Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, &found) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        return new Stamp(
            (long)found.Size,
            (found.ModifiedSeconds * 1_000_000_000) + found.ModifiedNanoseconds,
            (found.ChangedSeconds * 1_000_000_000) + found.ChangedNanoseconds,
            found.Inode,
            ((ulong)found.DeviceMajor << 32) + found.DeviceMinor);
    }

    /// <summary>Whether a folder is this user's, and nobody else may write into it.</summary>
    public static unsafe bool IsPrivate(string folder)
    {
        Libc.Statx found;
        return Libc.statx(Libc.AT_FDCWD, folder, 0, Libc.STATX_BASIC_STATS, &found) == 0
            && found.User == Libc.geteuid() && (found.Mode & OthersWrite) == 0;
    }

    /// <summary>Whether the file may have changed since, without a trace in its times.</summary>
    /// <param name="at">When the file began to be read.</param>
    public bool IsRacy(DateTimeOffset at) =>
        Math.Max(Modified, Changed) >= (at - Grain - DateTimeOffset.UnixEpoch).Ticks * 100;
}
