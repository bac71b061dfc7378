namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// What a server has to tell; called on the loop's thread. The texts hold nothing that a peer has sent.
/// </summary>
public sealed class ZmtpEvents
{
    /// <summary>A peer was refused or disconnected, and why.</summary>
    public Action<string> Refused { get; init; } = _ => { };

    /// <summary>
    /// It cannot be known which user a peer on this machine belongs to, and why; such a peer is let in.
    /// </summary>
    public Action<string> UserUnknown { get; init; } = _ => { };

    /// <summary>Code of ours threw; the connection that it was about has ended, and everything else goes on.</summary>
    public Action<Exception> Faulted { get; init; } = _ => { };
}
