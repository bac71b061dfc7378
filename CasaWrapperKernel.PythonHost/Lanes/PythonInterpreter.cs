using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Native;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// The hosted CPython as an <see cref="IInterpreter"/>. Requests become jobs in lanes; the Python thread of each lane
/// fetches them when the lane's descriptor wakes it. Nothing here needs the GIL.
/// </summary>
internal sealed class PythonInterpreter : IInterpreter
{
    private const int RememberedRequests = 10_000;
    private const string MainLane = "";
    private const string ControlLane = "control";
    private const string SubshellEnd = "end_subshell";
    private const string FailureName = "KernelError";
    private static readonly byte[] NoHeader = Outgoing.EmptyObject;

    private readonly ConcurrentDictionary<string, EventQueue<Job>> _lanes = new();
    private readonly ConcurrentDictionary<long, Job> _known = new();
    private readonly IPythonBridge _bridge;
    private readonly Outbox _outbox;
    private readonly Capture _capture;
    private long _lastJob;
    private nint _pythonThread;
    private int _interrupts;
    private volatile string? _failure;
    private volatile Parent _lastParent = new(0, NoHeader);

    public PythonInterpreter(IPythonBridge bridge, Outbox outbox, Capture capture)
    {
        (_bridge, _outbox, _capture) = (bridge, outbox, capture);
        (_lanes[MainLane], _lanes[ControlLane]) = (Main, Control);
    }

    /// <summary>Jobs for Python's main thread.</summary>
    public EventQueue<Job> Main { get; } = new();

    /// <summary>Jobs that cannot wait for the main thread, for a Python thread that starts others.</summary>
    public EventQueue<Job> Control { get; } = new();

    /// <summary>Replies of front ends to requests for input.</summary>
    public EventQueue<string> Stdin { get; } = new();

    public async Task<ExecuteOutcome> Execute(Message request)
    {
        var job = NewJob(request);
        if (LaneOf(request) == MainLane)
        {
            _capture.CurrentCell = request.HeaderJson; // C code has no context: what it writes is taken for the main cell's
        }

        Enqueue(job, LaneOf(request));
        var result = await job.Done;
        if (_failure is { } reason)
        {
            PublishFailure(request, reason);
        }

        return new ExecuteOutcome(result.Content, result.Ok, result.ExecutionCount);
    }

    public async Task<byte[]?> Ask(Message request)
    {
        var job = NewJob(request);
        Enqueue(job, LaneOf(request));
        var content = (await job.Done).Content;
        return content.Length == 0 ? null : content;
    }

    /// <summary>
    /// A signal alone wakes blocking calls but may miss a loop, a set flag alone the other way round: both together
    /// are prompt. Python's handler asks <see cref="TakeInterrupt"/>, so that the two count as one.
    /// </summary>
    public void Interrupt()
    {
        if (_pythonThread == 0)
        {
            return;
        }

        Volatile.Write(ref _interrupts, 1);
        _bridge.SetInterrupt();
        Libc.pthread_kill(_pythonThread, Libc.SIGINT);
    }

    public void Stop(bool restart)
    {
        var content = Json.Write(new Shutdown { Restart = restart }, WireJson.Default.Shutdown);
        Enqueue(NewJob(Internal("shutdown_request", content)), MainLane);
        Interrupt();
    }

    public byte[] Debug(Message request)
    {
        var job = NewJob(request);
        Enqueue(job, ControlLane);
        return job.Done.GetAwaiter().GetResult().Content;
    }

    public void StartSubshell(string id)
    {
        var lane = _lanes[id] = new EventQueue<Job>();
        Enqueue(NewJob(Internal("start_subshell", Json.Write(
            new SubshellThread(id, lane.Descriptor), SubshellJson.Default.SubshellThread))), ControlLane);
    }

    public void EndSubshell(string id) => Enqueue(NewJob(Internal(SubshellEnd, NoHeader)), id);

    /// <summary>No cell can be run (any more): every request, now and later, is answered with the reason.</summary>
    public void Fail(string reason)
    {
        _failure = reason;
        foreach (var job in _known.Values)
        {
            job.Complete(Failed(reason));
        }
    }

    /// <summary>[python] Remembers the thread that interrupts go to; Python is ready for them now.</summary>
    public void Ready() => _pythonThread = Libc.pthread_self();

    /// <summary>[python] The next job of a lane, or null.</summary>
    public Job? Take(string lane)
    {
        var job = _lanes.TryGetValue(lane, out var known) ? known.Take() : null;
        if (job?.Request.Type == SubshellEnd)
        {
            _lanes.TryRemove(lane, out _); // not before its thread has been told to end
        }

        return job;
    }

    /// <summary>[python] Whether an interrupt was asked for since the last call.</summary>
    public bool TakeInterrupt() => Interlocked.Exchange(ref _interrupts, 0) == 1;

    /// <summary>Completes a job; all that its cell has written to descriptors 1 and 2 has been posted before.</summary>
    public void Complete(long id, JobResult result)
    {
        Capture.FlushC();
        _outbox.Locked(() => _outbox.Drain?.Invoke());
        if (_known.TryGetValue(id, out var job))
        {
            job.Complete(result);
        }
    }

    /// <summary>Header JSON of a request that Python names by its number.</summary>
    public byte[] ParentOf(long id)
    {
        var last = _lastParent;
        if (last.Id != id)
        {
            last = _lastParent = new Parent(id, _known.TryGetValue(id, out var job) ? job.Request.HeaderJson : NoHeader);
        }

        return last.Header;
    }

    /// <summary>The request that Python names by its number, or null if it is forgotten.</summary>
    public Message? RequestOf(long id) => _known.TryGetValue(id, out var job) ? job.Request : null;

    private Job NewJob(Message request)
    {
        var job = new Job(Interlocked.Increment(ref _lastJob), request);
        _known[job.Id] = job;
        // Threads may print long after their cell has ended, so requests are remembered, but not for ever.
        _known.TryRemove(job.Id - RememberedRequests, out _);
        return job;
    }

    private void PublishFailure(Message request, string reason) => _outbox.Post(Channel.Iopub, new Outgoing(
        "error", request.HeaderJson,
        Json.Write(new ErrorContent(FailureName, reason, [$"{FailureName}: {reason}"]), WireJson.Default.ErrorContent))
    {
        Identities = [Topic.Of("error")],
    });

    private static JobResult Failed(string reason) => new(
        Json.Write(new ErrorReply(FailureName, reason, [$"{FailureName}: {reason}"]) { ExecutionCount = 0 },
            WireJson.Default.ErrorReply),
        Ok: false, ExecutionCount: 0);

    private static string LaneOf(Message request) => request.Header.SubshellId ?? MainLane;

    /// <summary>A job of our own, in the form of a request.</summary>
    private static Message Internal(string type, byte[] content) =>
        new([], new Header { MsgType = type }, NoHeader, NoHeader, content, []);

    private void Enqueue(Job job, string lane)
    {
        if (_failure is { } reason)
        {
            job.Complete(Failed(reason));
            return;
        }

        if (_lanes.TryGetValue(lane, out var known))
        {
            known.Add(job);
        }
    }

    private sealed record Parent(long Id, byte[] Header);
}
