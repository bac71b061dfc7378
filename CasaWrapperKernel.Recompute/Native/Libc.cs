using System.Runtime.InteropServices;

namespace CasaWrapperKernel.Recompute.Native;

/// <summary>The C library calls that .NET has no equivalent for.</summary>
internal static partial class Libc
{
    public const int AT_FDCWD = -100;
    public const int AT_SYMLINK_NOFOLLOW = 0x100;
    public const uint STATX_BASIC_STATS = 0x7ff;
    public const uint RENAME_NOREPLACE = 1;
    public const nuint FICLONE = 0x40049409;
    public const int O_DIRECTORY = 0x10000;
    public const int O_CLOEXEC = 0x80000;
    public const int PATH_MAX = 4096;
    public const int EINVAL = 22;
    public const int ENOSYS = 38;

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Statx
    {
        [FieldOffset(0x14)]
        public uint User;
        [FieldOffset(0x1c)]
        public ushort Mode;
        [FieldOffset(0x20)]
        public ulong Inode;
        [FieldOffset(0x28)]
        public ulong Size;
        [FieldOffset(0x60)]
        public long ChangedSeconds;
        [FieldOffset(0x68)]
        public uint ChangedNanoseconds;
        [FieldOffset(0x70)]
        public long ModifiedSeconds;
        [FieldOffset(0x78)]
        public uint ModifiedNanoseconds;
        [FieldOffset(0x88)]
        public uint DeviceMajor;
        [FieldOffset(0x8c)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static unsafe partial int statx(int folder, string path, int flags, uint mask, Statx* found);

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int renameat2(int oldFolder, string oldPath, int newFolder, string newPath, uint flags);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint realpath(string path, ref byte resolved);

    [LibraryImport("libc.so.6", SetLastError = true)]
    public static partial int ioctl(SafeHandle target, nuint request, nint source);

    [LibraryImport("libc.so.6", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc.so.6")]
    public static partial int fsync(int descriptor);

    [LibraryImport("libc.so.6")]
    public static partial uint geteuid();

    [LibraryImport("libc.so.6")]
    public static partial int close(int descriptor);
}
