using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// All that the protocol side asks of the language side. Requests of the shell channel come one at a time, in order;
/// the others may come at any time. What is done is continued on the thread that has done it, so it must not be blocked.
/// </summary>
internal interface IInterpreter
{
    /// <summary>Runs a cell; done when it has ended and all its output has been posted.</summary>
    Task<ExecuteOutcome> Execute(Message request);

    /// <summary>
    /// Answers complete_request, inspect_request, is_complete_request, history_request, comm_info_request and the like.
    /// </summary>
    /// <returns>The JSON content of the reply, or null if the request is none that the language side knows.</returns>
    Task<byte[]?> Ask(Message request);

    /// <summary>Answers a debug_request, beside whatever runs.</summary>
    /// <returns>The JSON content of the reply.</returns>
    byte[] Debug(Message request);

    /// <summary>Gets ready for requests that name this subshell; they run beside those of the main shell.</summary>
    void StartSubshell(string id);

    /// <summary>No more requests of this subshell will come.</summary>
    void EndSubshell(string id);

    /// <summary>Interrupts the cell that runs; nothing happens when none does.</summary>
    void Interrupt();

    /// <summary>Ends the language side: exit handlers run, then the process ends.</summary>
    void Stop(bool restart);
}

/// <summary>How a cell ended.</summary>
/// <param name="Reply">The JSON content of the execute_reply.</param>
/// <param name="Ok">Whether its status is "ok".</param>
/// <param name="ExecutionCount">The number of the cell.</param>
internal sealed record ExecuteOutcome(byte[] Reply, bool Ok, int ExecutionCount);

/// <summary>Is told when a cell starts and, before its reply, when it has ended: the CASA log finds its cell by this.</summary>
internal interface ICellObserver
{
    /// <param name="parent">Header JSON of the execute_request.</param>
    void CellStarts(byte[] parent);

    /// <param name="parent">Header JSON of the execute_request.</param>
    void CellEnds(byte[] parent);
}

/// <summary>Where messages go that the protocol side makes.</summary>
internal interface IReplies
{
    /// <summary>Publishes to every front end.</summary>
    void Publish(string type, byte[] parent, byte[] content);

    /// <summary>Answers a request by the channel that it came by.</summary>
    /// <param name="metadata">JSON object; none by default.</param>
    void Reply(Message request, byte[] content, byte[]? metadata = null);
}
