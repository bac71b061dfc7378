namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>Names and numbers of the Jupyter messaging specification.</summary>
internal static class Protocol
{
    /// <summary>The version that this kernel speaks.</summary>
    public const string Version = "5.5";

    /// <summary>The message that answers a request, or null for messages that are not answered (comms).</summary>
    public static string? ReplyTo(string request)
    {
        const string Suffix = "_request";
        return request.EndsWith(Suffix, StringComparison.Ordinal)
            ? string.Concat(request.AsSpan(0, request.Length - Suffix.Length), "_reply")
            : null;
    }
}
