namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>What this process has open: tables of tools that the user has not closed.</summary>
internal static class OpenFiles
{
    private const int WriteBits = 3; // O_WRONLY | O_RDWR

    /// <summary>A file of an artefact that this process has open, or null.</summary>
    /// <param name="onlyForWriting">Whether files that are only read do not matter.</param>
    public static string? In(string artefact, bool onlyForWriting)
    {
        foreach (var link in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            var target = new FileInfo(link).LinkTarget;
            if (target is not null && !CasaTables.IsLock(target)
                && (target == artefact || target.StartsWith(artefact + "/", StringComparison.Ordinal))
                && !(onlyForWriting && !IsForWriting(Path.GetFileName(link))))
            {
                return target;
            }
        }

        return null;
    }

    private static bool IsForWriting(string descriptor)
    {
        try
        {
            var flags = File.ReadLines($"/proc/self/fdinfo/{descriptor}")
                .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
            return (Convert.ToInt32(flags.Split(':')[1].Trim(), 8) & WriteBits) != 0;
        }
        catch (IOException)
        {
            return false; // closed meanwhile
        }
    }
}
