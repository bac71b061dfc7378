namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>The server's side of a security mechanism: it leads the handshake and then wraps each frame.</summary>
internal interface IMechanism
{
    /// <summary>The name in the greeting.</summary>
    string Name { get; }

    /// <summary>Bytes by which a wrapped frame is longer than what it holds.</summary>
    int Overhead { get; }

    /// <summary>The commands with which our side begins, as frames.</summary>
    IEnumerable<byte[]> Begin();

    /// <summary>Takes the body of the peer's next handshake command.</summary>
    /// <param name="answer">The frame to send, or null.</param>
    /// <returns>What the peer says of itself once the handshake is complete, else null.</returns>
    /// <exception cref="ZmtpException">The command is wrong.</exception>
    Metadata? Continue(ReadOnlySpan<byte> body, out byte[]? answer);

    /// <exception cref="ZmtpException">The frame was not made with the keys of this connection, or has been here
    /// before.</exception>
    Frame Unwrap(Frame frame);

    IReadOnlyList<ReadOnlyMemory<byte>> Encode(ZmtpMessage message);
}
