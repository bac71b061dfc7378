using System.Text.Json;

namespace CasaWrapperKernel.Jupyter.Wire;

// Records that are read have set accessors: the JSON source generator would lose the defaults of init accessors.

/// <summary>
/// The part of <c>execute_request</c> that the kernel itself acts on; the interpreter gets the whole content.
/// </summary>
internal sealed record ExecuteRequest
{
    public string Code { get; set; } = "";

    public bool Silent { get; set; }

    public bool? StoreHistory { get; set; }

    public bool StopOnError { get; set; } = true;

    public bool AllowStdin { get; set; } = true;
}

/// <summary><c>status</c>: <c>starting</c>, <c>busy</c> or <c>idle</c>.</summary>
internal sealed record Status(string ExecutionState);

/// <summary><c>error</c>: what went wrong in a cell.</summary>
internal sealed record ErrorContent(string Ename, string Evalue, IReadOnlyList<string> Traceback);

/// <summary>The content of an error reply to any request.</summary>
internal sealed record ErrorReply(string Ename, string Evalue, IReadOnlyList<string> Traceback)
{
    public string Status { get; init; } = "error";

    public int? ExecutionCount { get; init; }
}

/// <summary>Metadata of execute_reply: JupyterLab shows from it how long a cell took.</summary>
internal sealed record ExecuteReplyMetadata(string Started);

/// <summary>The reply to an execute_request that an earlier error took off the queue.</summary>
internal sealed record AbortedReply(int ExecutionCount)
{
    public string Status { get; init; } = "aborted";
}

/// <summary><c>shutdown_request</c> and <c>shutdown_reply</c>.</summary>
internal sealed record Shutdown
{
    public string Status { get; set; } = "ok";

    public bool Restart { get; set; }
}

/// <summary>A reply that says no more than that all went well.</summary>
internal sealed record OkReply
{
    public string Status { get; init; } = "ok";
}

/// <summary><c>iopub_welcome</c> (JEP 65): the topic that a front end has subscribed to.</summary>
internal sealed record IopubWelcome(string Subscription);

/// <summary><c>input_request</c>.</summary>
internal sealed record InputRequest(string Prompt, bool Password);

/// <summary><c>input_reply</c>.</summary>
internal sealed record InputReply
{
    public string Value { get; set; } = "";
}


/// <summary><c>display_data</c> and <c>update_display_data</c> that the kernel itself makes.</summary>
internal sealed record Display(IReadOnlyDictionary<string, string> Data, Transient Transient)
{
    public JsonElement Metadata { get; init; } = WireJson.Object;
}

/// <summary>The part of a display that is not stored in the notebook.</summary>
internal sealed record Transient(string DisplayId);

/// <summary><c>clear_output</c>.</summary>
internal sealed record ClearOutput
{
    /// <summary>Whether the output stays until there is something to take its place.</summary>
    public bool Wait { get; set; }
}

/// <summary><c>comm_open</c> and <c>comm_msg</c> of a widget.</summary>
internal sealed record WidgetComm
{
    public string CommId { get; set; } = "";

    public WidgetData? Data { get; set; }
}

/// <summary>What a widget tells the front end of itself.</summary>
internal sealed record WidgetData
{
    public WidgetState? State { get; set; }
}

/// <summary>The part of a widget's state that says where output is shown.</summary>
internal sealed record WidgetState
{
    /// <summary>The request whose output an Output widget takes; "" when it takes none any more.</summary>
    public string? MsgId { get; set; }
}
