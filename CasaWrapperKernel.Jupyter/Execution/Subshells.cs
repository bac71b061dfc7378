using System.Collections.Concurrent;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// The shell channel's queues: the main one and, by id, those of the subshells (JEP 91) that a front end has made to
/// get an answer while a cell runs.
/// </summary>
/// <param name="newQueue">Makes a queue; its argument says whether it is the main one.</param>
internal sealed class Subshells(IInterpreter interpreter, Func<bool, ShellQueue> newQueue)
{
    private readonly ShellQueue _main = newQueue(true);
    private readonly ConcurrentDictionary<string, ShellQueue> _subshells = new();
    private Task _mainRun = Task.CompletedTask;

    public void Start() => _mainRun = Start(_main);

    /// <summary>Waits until what has been asked of the main shell is answered, provided that needs no Python.</summary>
    public void Finish()
    {
        _main.Close();
        _mainRun.Wait(TimeSpan.FromSeconds(2));
    }

    /// <summary>Queues a request where it belongs.</summary>
    /// <returns>False if it names a subshell that does not exist.</returns>
    public bool Add(Message request)
    {
        if (request.Header.SubshellId is not { Length: > 0 } id)
        {
            _main.Add(request);
            return true;
        }

        if (!_subshells.TryGetValue(id, out var queue))
        {
            return false;
        }

        queue.Add(request);
        return true;
    }

    /// <returns>The id of the new subshell.</returns>
    public string Create()
    {
        var id = Guid.NewGuid().ToString();
        interpreter.StartSubshell(id);
        var queue = newQueue(false);
        _subshells[id] = queue;
        Start(queue);
        return id;
    }

    /// <returns>False if there is no such subshell.</returns>
    public bool Delete(string id)
    {
        if (!_subshells.TryRemove(id, out var queue))
        {
            return false;
        }

        queue.Close();
        interpreter.EndSubshell(id);
        return true;
    }

    public IReadOnlyList<string> Ids => [.. _subshells.Keys];

    public void Close()
    {
        _main.Close();
        foreach (var queue in _subshells.Values)
        {
            queue.Close();
        }
    }

    // A queue that a fault has stopped would leave its clients waiting for ever: better to end, and be started anew.
    private static Task Start(ShellQueue queue)
    {
        var run = Task.Run(queue.RunAsync);
        run.ContinueWith(fault => Environment.FailFast(null, fault.Exception), TaskContinuationOptions.OnlyOnFaulted);
        return run;
    }
}
