namespace CasaWrapperKernel.Hosting;

/// <summary>
/// The temporary folders of this process, which Python removes when it ends in order (<c>util/temp_folders.py</c>).
/// </summary>
internal static class OwnFolders
{
    /// <summary>Removes them where Python cannot: those whose owner's file this process has open.</summary>
    public static void Remove()
    {
        try
        {
            foreach (var descriptor in new DirectoryInfo("/proc/self/fd").EnumerateFiles())
            {
                if (descriptor.LinkTarget is { } path && Path.GetFileName(path) == ".owner"
                    && Path.GetDirectoryName(path) is { } folder && IsOurs(Path.GetFileName(folder)))
                {
                    Directory.Delete(folder, recursive: true);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next kernel removes what is left.
        }
    }

    private static bool IsOurs(string name) =>
        name.StartsWith("casa-kernel-", StringComparison.Ordinal)
        || name.StartsWith("casa_kernel_", StringComparison.Ordinal);
}
