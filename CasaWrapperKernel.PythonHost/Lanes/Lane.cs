namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>The jobs of one Python thread, in order.</summary>
internal sealed class Lane
{
    private readonly Lock _gate = new();
    private readonly EventQueue<Job> _jobs = new();
    private string? _closed;

    /// <summary>An eventfd that is readable when a job was added.</summary>
    public int Descriptor => _jobs.Descriptor;

    /// <summary>Adds a job, or fails it where the lane is closed.</summary>
    public void Add(Job job)
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                _jobs.Add(job);
                return;
            }
        }

        job.Complete(JobResult.Failed(_closed));
    }

    /// <summary>The oldest job, or null.</summary>
    public Job? Take() => _jobs.Take();

    /// <summary>Adds the job that tells the thread to end; what comes after it is failed.</summary>
    /// <param name="reason">A sentence for the user.</param>
    public void Close(Job last, string reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
            _jobs.Add(last);
        }
    }
}
