using System.Text;
using CasaWrapperKernel.Recompute.Native;

namespace CasaWrapperKernel.Recompute.Storage;

/// <summary>
/// The identities of what tasks have made or changed, by content. Two runs of one call write other bytes into unused
/// space, so contents that came from the same call are one and the same.
/// </summary>
/// <param name="folder">Where they are.</param>
internal sealed class Identities(string folder)
{
    /// <summary>The identity of a content: that of the call which it came from, else the content's own.</summary>
    public string Of(string content)
    {
        var path = PathOf(content);
        var known = File.Exists(path) ? File.ReadAllText(path) : "";
        return known.Length == content.Length ? known : content;
    }

    /// <summary>Notes that a content came from a call, unless it came from another one before.</summary>
    public void Add(string content, string identity)
    {
        if (Of(content) == content)
        {
            var path = PathOf(content);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, Disk.PrivateFolder);
            Disk.WriteWhole(path, Encoding.ASCII.GetBytes(identity));
        }
    }

    private string PathOf(string content) => Path.Combine(folder, content[..2], content);
}
