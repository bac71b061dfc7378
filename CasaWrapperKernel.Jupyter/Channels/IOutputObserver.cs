namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Sees what front ends are about to get.</summary>
internal interface IOutputObserver
{
    /// <summary>
    /// Called right before a message on iopub, or text of a stream, is added to the outbox, which is locked meanwhile:
    /// what is posted now stands before it.
    /// </summary>
    /// <param name="content">JSON object; empty for a stream.</param>
    void Posting(byte[] parent, string type, ReadOnlySpan<byte> content);
}
