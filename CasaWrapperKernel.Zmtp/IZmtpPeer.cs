namespace CasaWrapperKernel.Zmtp;

/// <summary>One connected peer. Belongs to the loop's thread.</summary>
public interface IZmtpPeer
{
    /// <summary>
    /// Whether what it sent has proved that it may be here (Jupyter: a right signature). When the memory for unfinished
    /// messages of all peers runs out, those that have proved nothing go first.
    /// </summary>
    bool IsTrusted { get; set; }

    /// <summary>Bytes that wait to be sent to it.</summary>
    long Backlog { get; }

    /// <summary>Sends to this peer alone, whatever it has subscribed to.</summary>
    void Send(ZmtpMessage message);
}
