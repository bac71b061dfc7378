using System.Text;

namespace CasaWrapperKernel.Recompute.Calls;

/// <summary>Looks which folders are named in what a call has made, as listings do.</summary>
/// <param name="folders">Absolute paths.</param>
internal sealed class PlaceNames(IReadOnlyCollection<string> folders)
{
    private const int Most = 64 << 20;

    private readonly HashSet<string> _found = [];

    public IReadOnlyList<string> Found => [.. _found.Order(StringComparer.Ordinal)];

    /// <summary>Looks into a file; of a large one, which holds data, into its beginning.</summary>
    public void Search(string path)
    {
        using var file = File.OpenHandle(path);
        var bytes = new byte[Math.Min(Most, RandomAccess.GetLength(file))];
        Search(bytes.AsSpan(0, RandomAccess.Read(file, bytes, 0)));
    }

    /// <summary>Looks into bytes.</summary>
    public void Search(ReadOnlySpan<byte> bytes)
    {
        foreach (var folder in folders)
        {
            if (bytes.IndexOf(Encoding.UTF8.GetBytes(folder)) >= 0)
            {
                _found.Add(folder);
            }
        }
    }
}
