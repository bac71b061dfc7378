using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>A request on its way through Python: Python takes it, works, and completes it with the reply's content.</summary>
internal sealed class Job(long id, Message request)
{
    private readonly TaskCompletionSource<JobResult> _done = new();

    /// <summary>By this number Python names the request in all that it sends for it.</summary>
    public long Id => id;

    public Message Request => request;

    /// <summary>Done when Python has completed the job; what follows runs on Python's thread.</summary>
    public Task<JobResult> Done => _done.Task;

    public void Complete(JobResult result) => _done.TrySetResult(result);
}

/// <param name="Content">JSON content of the reply; empty if Python does not know the request.</param>
/// <param name="Ok">Whether the reply's status is "ok".</param>
/// <param name="ExecutionCount">The number of the cell, for execute_request.</param>
internal sealed record JobResult(byte[] Content, bool Ok, int ExecutionCount);
