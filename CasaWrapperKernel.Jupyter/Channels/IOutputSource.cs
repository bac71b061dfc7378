namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Takes text of a stream, under the request whose header JSON is the parent.</summary>
internal delegate void StreamAppender(byte[] parent, string name, ReadOnlySpan<byte> text);

/// <summary>Has output that others do not post, and must stand before what they do.</summary>
internal interface IOutputSource
{
    /// <summary>
    /// Hands over what has come since the last call. The outbox is locked meanwhile: whoever prints, and the io thread,
    /// wait for it, so it waits for nobody and reads no file.
    /// </summary>
    void Read(StreamAppender write);
}
