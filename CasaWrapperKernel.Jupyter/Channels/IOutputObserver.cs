using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Sees what front ends are about to get.</summary>
internal interface IOutputObserver
{
    /// <summary>
    /// Called right before a message on iopub, or text of a stream, is added to the outbox. That is locked meanwhile:
    /// no disk may be waited for here.
    /// </summary>
    /// <param name="content">JSON object; empty for a stream.</param>
    /// <returns>Messages for iopub that are to stand before it.</returns>
    IReadOnlyList<Outgoing> Posting(byte[] parent, string type, ReadOnlySpan<byte> content);
}
