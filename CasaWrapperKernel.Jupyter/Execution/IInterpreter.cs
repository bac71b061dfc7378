namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// All that the protocol side asks of the language side. Requests of one shell come one at a time, in order; the others
/// may come at any time. What is done is continued on the thread that has done it, so it must not be blocked.
/// </summary>
internal interface IInterpreter
{
    /// <summary>Runs a cell; done when it has ended and all its output has been posted.</summary>
    Task<ExecuteOutcome> ExecuteAsync(Cell cell);

    /// <summary>Answers a question about code, its history or its comms.</summary>
    /// <returns>The JSON content of the reply.</returns>
    Task<byte[]> AnswerAsync(Question question);

    /// <summary>Takes note of a comm message; done when its handlers have run.</summary>
    Task HandleAsync(CommMessage message);

    /// <summary>Answers a debug_request, beside whatever runs.</summary>
    /// <returns>The JSON content of the reply.</returns>
    Task<byte[]> DebugAsync(DebugRequest request);

    /// <summary>Hands on what the user has typed.</summary>
    void TakeInput(Input input);

    /// <summary>Gets ready for requests that name this subshell; they run beside those of the main shell.</summary>
    void StartSubshell(string id);

    /// <summary>No more requests of this subshell will be run: those that still come are refused.</summary>
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
