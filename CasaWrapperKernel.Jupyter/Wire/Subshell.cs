using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary><c>create_subshell_reply</c> (JEP 91).</summary>
internal sealed record CreateSubshellReply(string SubshellId)
{
    public string Status { get; init; } = "ok";
}

/// <summary><c>list_subshell_reply</c>: the ids, under the name of one.</summary>
internal sealed record ListSubshellReply([property: JsonPropertyName("subshell_id")] IReadOnlyList<string> SubshellIds)
{
    public string Status { get; init; } = "ok";
}

/// <summary><c>delete_subshell_request</c>.</summary>
internal sealed record DeleteSubshellRequest
{
    public string SubshellId { get; set; } = "";
}
