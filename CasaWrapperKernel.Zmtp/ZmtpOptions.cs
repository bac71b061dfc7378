using CasaWrapperKernel.Zmtp.Security;

namespace CasaWrapperKernel.Zmtp;

/// <summary>How a server treats those who connect.</summary>
public sealed record ZmtpOptions
{
    /// <summary>The server's keys if all connections are to be encrypted (CURVE), null for none (NULL).</summary>
    public CurveKeyPair? Curve { get; init; }

    /// <summary>Whether peers on this machine must belong to the user of this process or to root.</summary>
    public bool OwnUserOnly { get; init; } = true;

    /// <summary>What a peer may ask for.</summary>
    public ZmtpLimits Limits { get; init; } = new();

    /// <summary>Whom to tell what happens.</summary>
    public ZmtpEvents Events { get; init; } = new();
}
