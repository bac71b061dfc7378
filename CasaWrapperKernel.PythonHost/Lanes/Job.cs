using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// A request on its way through Python: Python takes it, works, and completes it with the reply's content.
/// </summary>
/// <param name="allowsInput">Whether the front end that asks would answer questions of the cell.</param>
internal sealed class Job(long id, Message request, bool allowsInput)
{
    private readonly TaskCompletionSource<JobResult> _done = new();

    /// <summary>By this number Python names the request in all that it sends for it.</summary>
    public long Id => id;

    public Message Request => request;

    public Parent Parent { get; } = new(request.HeaderJson, request.Identities, allowsInput);

    /// <summary>Done when Python has completed the job; what follows runs on Python's thread.</summary>
    public Task<JobResult> Done => _done.Task;

    public void Complete(JobResult result) => _done.TrySetResult(result);
}
