namespace CasaWrapperKernel.Zmtp;

/// <summary>
/// A peer has broken the protocol or a limit; the text says how, without the peer's data. Its connection ends.
/// </summary>
public sealed class ZmtpException(string message) : Exception(message);
