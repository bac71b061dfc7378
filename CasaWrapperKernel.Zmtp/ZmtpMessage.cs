using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// A multipart message on its way out. It is encoded once, however many peers get it, and must not change.
/// </summary>
/// <param name="frames">The frames; at least one.</param>
/// <param name="tag">Whatever the sender wants to know of it when a <see cref="BacklogPolicy"/> asks.</param>
public sealed class ZmtpMessage(IReadOnlyList<byte[]> frames, object? tag = null)
{
    // What a queued frame costs beside its bytes, so that a million empty ones do not count as nothing.
    private const int FrameOverhead = 64;

    private IReadOnlyList<ReadOnlyMemory<byte>>? _encoded;

    /// <summary>The frames, without lengths and flags.</summary>
    public IReadOnlyList<byte[]> Frames => frames;

    /// <summary>What the sender has attached.</summary>
    public object? Tag => tag;

    /// <summary>What it costs to keep the message.</summary>
    public long Bytes { get; } = frames.Sum(frame => (long)frame.Length + FrameOverhead);

    /// <summary>Whether it is a command of the protocol, such as the answer to a ping, instead of user data.</summary>
    internal bool IsCommand { get; init; }

    /// <summary>The message as it goes over an unencrypted connection.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Encoded => _encoded ??= FrameWriter.Encode(this);
}
