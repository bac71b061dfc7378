using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Recompute.Native;

/// <summary>What is done to files and folders so that it holds after a crash, and takes nothing from anybody.</summary>
internal static class Disk
{
    public const UnixFileMode PrivateFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode PrivateFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Copies a file to a new name: its blocks are shared where the file system can do that.</summary>
    /// <exception cref="IOException">The new name is taken, or the disk is full.</exception>
    public static void Copy(string from, string to)
    {
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        if (Libc.ioctl(target, Libc.FICLONE, source.DangerousGetHandle()) != 0)
        {
            CopyBytes(source, target);
        }

        RandomAccess.FlushToDisk(target);
    }

    /// <summary>Renames, unless something of the new name is there.</summary>
    /// <exception cref="IOException">Something is there, or it cannot be renamed.</exception>
    public static void RenameToNew(string from, string to)
    {
        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) == 0)
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error is not (Libc.EINVAL or Libc.ENOSYS))
        {
            throw new IOException($"{to}: {Marshal.GetPInvokeErrorMessage(error)}");
        }

        // A file system that cannot refuse by itself, such as NFS; .NET looks before it renames.
        if (Directory.Exists(from))
        {
            Directory.Move(from, to);
        }
        else
        {
            File.Move(from, to, overwrite: false);
        }
    }

    /// <summary>Writes a whole file that appears at once, and is there after a crash once this returns.</summary>
    public static void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                File.SetUnixFileMode(file, PrivateFile);
                RandomAccess.Write(file, content, 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, path, overwrite: true);
            Flush(Path.GetDirectoryName(path)!);
        }
        catch (IOException)
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Makes the names in a folder last; best effort, as some file systems cannot.</summary>
    public static void Flush(string folder)
    {
        var descriptor = Libc.open(folder, Libc.O_DIRECTORY | Libc.O_CLOEXEC);
        if (descriptor >= 0)
        {
            _ = Libc.fsync(descriptor);
            _ = Libc.close(descriptor);
        }
    }

    private static void CopyBytes(SafeFileHandle source, SafeFileHandle target)
    {
        var buffer = new byte[1 << 20];
        for (long at = 0; RandomAccess.Read(source, buffer, at) is var count and > 0; at += count)
        {
            RandomAccess.Write(target, buffer.AsSpan(0, count), at);
        }
    }
}
