using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>What is to be known of a request as long as its code may show something or ask its user.</summary>
/// <param name="Header">Header JSON, the parent header of all that is sent for the request.</param>
/// <param name="Client">The routing frames of the client that has asked.</param>
/// <param name="AllowsInput">Whether that client answers questions.</param>
internal sealed record Parent(byte[] Header, IReadOnlyList<byte[]> Client, bool AllowsInput)
{
    /// <summary>For code that belongs to no request, or to one that is forgotten.</summary>
    public static readonly Parent None = new(Outgoing.EmptyObject, [], AllowsInput: false);
}
