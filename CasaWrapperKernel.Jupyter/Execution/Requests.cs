using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>What the language side may be asked, told apart by what it owes for it.</summary>
/// <param name="Message">As it came; its content goes to the language side as it is.</param>
internal abstract record LanguageRequest(Message Message);

/// <summary><c>execute_request</c>.</summary>
/// <param name="Content">The part of it that the protocol side acts on.</param>
internal sealed record Cell(Message Message, ExecuteRequest Content) : LanguageRequest(Message)
{
    /// <returns>Null if the content is not that of an execute_request.</returns>
    public static Cell? Read(Message message) =>
        Json.Read(message.Content, WireJson.Default.ExecuteRequest) is { } content ? new Cell(message, content) : null;
}

/// <summary>A request that has a reply and runs no cell.</summary>
internal sealed record Question(Message Message) : LanguageRequest(Message)
{
    private static readonly string[] Types =
        ["complete_request", "inspect_request", "is_complete_request", "history_request", "comm_info_request"];

    public static bool Is(string type) => Types.Contains(type);
}

/// <summary><c>comm_open</c>, <c>comm_msg</c> or <c>comm_close</c>; none has a reply.</summary>
internal sealed record CommMessage(Message Message) : LanguageRequest(Message)
{
    private static readonly string[] Types = ["comm_open", "comm_msg", "comm_close"];

    public static bool Is(string type) => Types.Contains(type);
}

/// <summary><c>debug_request</c>.</summary>
internal sealed record DebugRequest(Message Message) : LanguageRequest(Message);

/// <summary><c>input_reply</c>: what the user has typed.</summary>
/// <param name="Client">The routing frames of the client that sends it.</param>
internal sealed record Input(IReadOnlyList<byte[]> Client, string Value)
{
    public static Input Read(Message message) =>
        new(message.Identities, Json.Read(message.Content, WireJson.Default.InputReply)?.Value ?? "");
}
