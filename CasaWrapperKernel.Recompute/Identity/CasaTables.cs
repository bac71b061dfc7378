namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>What must be known of the files of CASA's tables.</summary>
internal static class CasaTables
{
    /// <summary>
    /// Whether a file says nothing of the data: locks, and the histories of measurement sets and images, which hold the
    /// time of each run.
    /// </summary>
    /// <param name="name">Relative to the artefact.</param>
    public static bool NeverCounts(string name) => IsLock(name) || IsHistory(name);

    /// <inheritdoc cref="NeverCounts" path="/summary"/>
    public static bool IsLock(string name) => Path.GetFileName(name) == "table.lock";

    private static bool IsHistory(string name) => name.Split('/')[..^1].Any(part => part is "HISTORY" or "logtable");

    /// <summary>Why a table cannot be known by the files in its folder, or null.</summary>
    /// <param name="path">A file of it.</param>
    /// <param name="name">That file, relative to the artefact.</param>
    public static string? Obstacle(string path, string name)
    {
        if (name.Contains("/FT_MODEL", StringComparison.Ordinal))
        {
            return "holds a model that CASA finds by its absolute path";
        }

        if (Path.GetFileName(name) != "table.dat")
        {
            return null;
        }

        Span<byte> head = stackalloc byte[256];
        using var file = File.OpenHandle(path);
        head = head[..RandomAccess.Read(file, head, 0)];
        return head.IndexOf("RefTable"u8) >= 0 || head.IndexOf("ConcatTable"u8) >= 0
            ? "refers to the data of other tables"
            : null;
    }
}
