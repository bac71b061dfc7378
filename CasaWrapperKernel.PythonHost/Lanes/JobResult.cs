using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>What became of a job.</summary>
/// <param name="Content">JSON content of the reply; nobody looks at it where the request has none.</param>
/// <param name="Ok">Whether the reply's status is "ok".</param>
/// <param name="ExecutionCount">The number of the cell, for execute_request.</param>
internal sealed record JobResult(byte[] Content, bool Ok, int ExecutionCount)
{
    private const string FailureName = "KernelError";

    /// <summary>Why Python has not worked on the job, in a sentence for the user; null if it has.</summary>
    public string? Failure { get; private init; }

    /// <summary>Python cannot work on the job.</summary>
    public static JobResult Failed(string reason)
    {
        var reply = new ErrorReply(FailureName, reason, Traceback(reason)) { ExecutionCount = 0 };
        return new JobResult(
            Json.Write(reply, WireJson.Default.ErrorReply), Ok: false, ExecutionCount: 0)
        { Failure = reason };
    }

    /// <summary>The content of the <c>error</c> that a cell shows for a failure.</summary>
    public static byte[] ErrorContent(string reason) =>
        Json.Write(new ErrorContent(FailureName, reason, Traceback(reason)), WireJson.Default.ErrorContent);

    private static string[] Traceback(string reason) => [$"{FailureName}: {reason}"];
}
