using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// Owns every request from when Python is to work on it until it is answered, whoever answers: Python, the end of its
/// lane, or the failure of all. Nothing here needs the GIL.
/// </summary>
internal sealed class Jobs
{
    /// <summary>The lane of Python's main thread.</summary>
    public const string MainLane = "";

    /// <summary>
    /// The lane of jobs that cannot wait for the main thread, for a Python thread that starts others.
    /// </summary>
    public const string ControlLane = "control";

    private const int RememberedParents = 10_000;
    private const string EndOfLane = "end_subshell";
    private readonly ConcurrentDictionary<string, Lane> _lanes = new();
    private readonly ConcurrentDictionary<long, Job> _pending = new();
    private readonly RecentParents _parents = new(RememberedParents);
    private long _last;
    private volatile string? _failure;
    private volatile LastParent _lastParent = new(0, Parent.None);

    public Jobs()
    {
        Main = OpenLane(MainLane);
        Control = OpenLane(ControlLane);
    }

    public Lane Main { get; }

    public Lane Control { get; }

    public Lane OpenLane(string name) => _lanes[name] = new Lane();

    /// <summary>The lane ends when what it holds is done; what comes later is answered with the reason.</summary>
    public void CloseLane(string name, string reason)
    {
        if (_lanes.TryGetValue(name, out var lane))
        {
            lane.Close(New(Internal(EndOfLane, Outgoing.EmptyObject), allowsInput: false), reason);
        }
    }

    /// <summary>Gives Python a request to work on.</summary>
    public async Task<JobResult> RunAsync(string lane, Message request, bool allowsInput = true)
    {
        var job = New(request, allowsInput);
        if (_failure is { } reason)
        {
            job.Complete(JobResult.Failed(reason));
        }
        else if (_lanes.TryGetValue(lane, out var open))
        {
            open.Add(job);
        }
        else
        {
            job.Complete(JobResult.Failed($"The subshell {lane} has ended."));
        }

        try
        {
            return await job.Done;
        }
        finally
        {
            Forget(job);
        }
    }

    /// <summary>Gives Python a job of our own, in the form of a request.</summary>
    public Task<JobResult> RunAsync(string lane, string type, byte[] content) =>
        RunAsync(lane, Internal(type, content));

    /// <summary>[python] The next job of a lane, or null.</summary>
    public Job? Take(string lane)
    {
        var job = _lanes.TryGetValue(lane, out var known) ? known.Take() : null;
        if (job?.Request.Type == EndOfLane)
        {
            _lanes.TryRemove(lane, out _); // not before its thread has been told to end
            Forget(job);
        }

        return job;
    }

    /// <summary>Completes a job, if it is still waited for.</summary>
    public void Complete(long id, JobResult result)
    {
        if (_pending.TryGetValue(id, out var job))
        {
            job.Complete(result);
        }
    }

    /// <summary>No cell can be run (any more): every request, now and later, is answered with the reason.</summary>
    public void Fail(string reason)
    {
        _failure = reason;
        foreach (var job in _pending.Values)
        {
            job.Complete(JobResult.Failed(reason));
        }
    }

    /// <summary>
    /// Of the request that Python names by its number; always the same object, while it is remembered.
    /// </summary>
    public Parent ParentOf(long id)
    {
        var last = _lastParent;
        if (last.Id != id)
        {
            var parent = _pending.GetValueOrDefault(id)?.Parent ?? _parents.Find(id) ?? Parent.None;
            last = _lastParent = new LastParent(id, parent);
        }

        return last.Parent;
    }

    // Owned before it is looked at whether all has failed: Fail either sees it, or is seen by it.
    private Job New(Message request, bool allowsInput)
    {
        var job = new Job(Interlocked.Increment(ref _last), request, allowsInput);
        _pending[job.Id] = job;
        return job;
    }

    private void Forget(Job job)
    {
        _parents.Add(job.Id, job.Parent);
        _pending.TryRemove(job.Id, out _);
    }

    private static Message Internal(string type, byte[] content) => new(
        [], new Header { MsgType = type }, Outgoing.EmptyObject, Outgoing.EmptyObject, content, []);

    private sealed record LastParent(long Id, Parent Parent);
}
