namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// The header of a Jupyter message (specification, "Message header"). Fields that it does not name are ignored.
/// </summary>
internal sealed record Header
{
    public string MsgId { get; set; } = "";

    public string Session { get; set; } = "";

    public string Username { get; set; } = "";

    /// <summary>ISO 8601 with a time zone.</summary>
    public string Date { get; set; } = "";

    public required string MsgType { get; set; }

    /// <summary>Version of the message protocol, such as <c>5.5</c>.</summary>
    public string Version { get; set; } = "";

    /// <summary>The subshell that is to handle the request (JEP 91); null for the main one.</summary>
    public string? SubshellId { get; set; }
}
