using System.Collections.Concurrent;
using System.Text;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>The first frame of an iopub message, by which subscribers may filter: here the message's type.</summary>
internal static class Topic
{
    private static readonly ConcurrentDictionary<string, byte[]> Known = new();

    public static byte[] Of(string messageType) => Known.GetOrAdd(messageType, Encoding.UTF8.GetBytes);
}
