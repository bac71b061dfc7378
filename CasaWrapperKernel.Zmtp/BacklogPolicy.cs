namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// What becomes of messages for a peer that does not read them as fast as they are made. The default keeps everything
/// up
/// to <see cref="MostBytes"/> and then disconnects the peer. Called on the loop's thread.
/// </summary>
public class BacklogPolicy
{
    /// <summary>Unsent bytes from which on the oldest messages that <see cref="MayDrop"/> names are dropped.</summary>
    public long DropBytes { get; init; } = 64 << 20;

    /// <summary>
    /// Unsent bytes, after all that may be dropped is, from which on the next message disconnects the peer.
    /// </summary>
    public long MostBytes { get; init; } = 512 << 20;

    /// <summary>The policy for one more peer; the same for all by default.</summary>
    public virtual BacklogPolicy ForPeer() => this;

    /// <summary>Is told of each message that the peer will not get.</summary>
    public virtual void Dropped(ZmtpMessage message)
    {
    }

    /// <summary>Whether the message may be left out for a slow peer.</summary>
    public virtual bool MayDrop(ZmtpMessage message) => false;

    /// <summary>The message that this peer gets in the place of those that were dropped, or null for none.</summary>
    /// <param name="last">The newest of them.</param>
    /// <param name="messages">How many were dropped.</param>
    /// <param name="bytes">Their size.</param>
    public virtual ZmtpMessage? Gap(ZmtpMessage last, long messages, long bytes) => null;

    /// <summary>
    /// The message that a peer gets in the place of one for which there is no memory, or null for none.
    /// </summary>
    public virtual ZmtpMessage? Instead(ZmtpMessage message) => null;
}
