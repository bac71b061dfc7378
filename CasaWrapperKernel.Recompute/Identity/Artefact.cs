namespace CasaWrapperKernel.Recompute.Identity;

/// <summary>What a file of an artefact is.</summary>
internal enum FileKind
{
    Content,
    Folder,
    Link,
}

/// <summary>A file of an artefact.</summary>
/// <param name="Name">Relative to the artefact, "" for an artefact of one file.</param>
/// <param name="Hash">SHA-256 of its content in hexadecimal; of a link where it leads to; "" for a folder.</param>
/// <param name="Size">In bytes.</param>
internal sealed record KnownFile(string Name, FileKind Kind, string Hash, long Size, UnixFileMode Mode);

/// <summary>A file or a folder, such as a table, with all that is in it, as it was when it was looked at.</summary>
/// <param name="Path">Where it really is.</param>
/// <param name="Content">The hash of what counts: names and contents, not times, owners or modes.</param>
/// <param name="Files">All files, also those that never count, in the order of their names.</param>
internal sealed record Artefact(string Path, string Content, IReadOnlyList<KnownFile> Files)
{
    public long Bytes => Files.Sum(file => file.Kind == FileKind.Content ? file.Size : 0);

    /// <summary>The hash of what counts of these files.</summary>
    /// <param name="withHistory">Whether histories count as well.</param>
    public static string ContentOf(IEnumerable<KnownFile> files, bool withHistory) => CanonicalEncoding.Of(
        files.Where(file => withHistory ? !CasaTables.IsLock(file.Name) : !CasaTables.NeverCounts(file.Name))
            .SelectMany(file => (string[])[file.Kind.ToString(), file.Name, file.Hash])
            .Prepend(withHistory ? "content with history" : "content"));
}
