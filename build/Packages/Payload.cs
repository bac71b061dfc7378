namespace Build.Packages;

/// <summary>One file that is delivered.</summary>
/// <param name="Path">Where it goes below the kernel's folder, with slashes.</param>
/// <param name="Source">Where it is now.</param>
internal sealed record PayloadFile(string Path, string Source)
{
    public const UnixFileMode Plain =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode Program =
        Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Readable by everybody, whatever the umask of who builds: a hub's users share one copy.</summary>
    public UnixFileMode Mode => Path == "casa-kernel" ? Program : Plain;

    public byte[] Read() => File.ReadAllBytes(Source);
}

/// <summary>What of a published folder is delivered: neither debugging symbols nor what Python has compiled.</summary>
internal static class Payload
{
    private static readonly string[] NotDelivered = [".dbg", ".xml", ".pdb", ".pyc"];

    public static IReadOnlyList<PayloadFile> Of(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => !NotDelivered.Contains(Path.GetExtension(file)))
            .Append(Path.Combine(Folders.Root, "LICENSE"))
            .Select(file => new PayloadFile(NameOf(folder, file), file))
            .OrderBy(file => file.Path, StringComparer.Ordinal),
    ];

    private static string NameOf(string folder, string file) =>
        file.StartsWith(folder, StringComparison.Ordinal) ? Path.GetRelativePath(folder, file) : Path.GetFileName(file);
}
