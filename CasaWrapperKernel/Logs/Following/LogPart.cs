namespace CasaWrapperKernel.Logs.Following;

/// <summary>A file of the session.</summary>
/// <param name="Path">Its name when it was opened; another file, or none, may have that now.</param>
/// <param name="Open">By this name the process of the kernel can read it all the same.</param>
/// <param name="Start">The byte where this session begins in it.</param>
internal sealed record LogPart(string Path, string Open, long Start);
