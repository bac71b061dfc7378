using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>
/// Which task each line belongs to. Two sources speak: Python, which knows begin, end, result and cell of every call,
/// and CASA's own Begin and End lines, between which the lines stand. Neither is enough: a filter can keep the lines
/// out of the log, and Python begins after a task's first lines. Tasks that a task calls belong to its group.
/// </summary>
internal sealed class TaskFrames
{
    private readonly List<TaskRun> _open = [];

    /// <summary>The task that began last of those of a cell; of any cell, if null.</summary>
    public TaskRun? Newest(CellLog? cell) => _open.FindLast(run => cell is null || run.Cell == cell);

    /// <summary>Whether tasks of other cells run.</summary>
    public bool AreBeside(CellLog? cell) => _open.Exists(run => run.Cell != cell);

    /// <summary>Whether a task of this name runs.</summary>
    public bool Runs(string name) => _open.Exists(run => run.Name == name && run.IsRunning);

    /// <summary>Takes a line.</summary>
    /// <param name="owner">The cell whose Python code wrote the line, if that is known.</param>
    /// <param name="cell">The cell that it belongs to if no task runs.</param>
    /// <returns>Its task, or null.</returns>
    public TaskRun? Place(LogLine line, CellLog? owner, CellLog? cell)
    {
        if (line.BegunTask is { } begun && (owner ?? cell) is { } home)
        {
            _open.RemoveAll(run => !run.IsRunning);
            var outer = Newest(owner);
            if (outer is null)
            {
                _open.Add(outer = new TaskRun(begun, home));
            }

            outer.Frames.Push(begun);
        }

        if (line.EndedTask is { } ended
            && _open.FindLast(run => run.Frames.TryPeek(out var inner) && inner == ended) is { } framed)
        {
            framed.Frames.Pop();
            if (framed.Frames.Count == 0)
            {
                framed.End();
                _open.Remove(framed);
            }

            return framed;
        }

        return Newest(owner);
    }

    /// <summary>Python says that a task begins which no other has called.</summary>
    /// <param name="worker">The thread that runs it.</param>
    /// <returns>The task.</returns>
    public TaskRun Begin(long call, string name, CellLog cell, Worker worker)
    {
        _open.RemoveAll(run => !run.IsRunning);
        var known = _open.FindLast(run => run.Call == 0 && run.Name == name && run.Cell == cell);
        if (known is null)
        {
            _open.Add(known = new TaskRun(name, cell));
        }

        (known.Call, known.Workers) = (call, [worker]);
        return known;
    }

    /// <summary>Python says that a task has ended; its End line, if there is one, comes after this.</summary>
    /// <returns>The task, or null if it is not known.</returns>
    public TaskRun? End(long call, string error, string result, double? insteadOf = null)
    {
        var run = _open.Find(open => open.Call == call);
        run?.End(error, result, insteadOf);
        if (run?.Frames.Count == 0)
        {
            _open.Remove(run);
        }

        return run;
    }

    /// <summary>The cell has ended: nothing that comes now belongs to those of its tasks that have ended too.</summary>
    public void Close(CellLog cell) => _open.RemoveAll(run => run.Cell == cell && !run.IsRunning);

    /// <summary>Looks, once, who may have written the Begin lines of the tasks that Python says nothing of.</summary>
    public void FindWorkers()
    {
        foreach (var run in _open.Where(run => run.Workers is null))
        {
            run.Workers = Worker.WhoWrote(run.Begun.Log, run.Begun.End);
        }
    }

    /// <summary>The tasks that nobody is at work at any more.</summary>
    /// <param name="runs">Whether a cell runs.</param>
    public IReadOnlyList<TaskRun> Abandoned(Func<CellLog, bool> runs) =>
        _open.FindAll(run => run.IsRunning && run.IsAbandoned(runs(run.Cell)));

    /// <summary>Nothing that comes now belongs to a task.</summary>
    public void Remove(TaskRun run) => _open.Remove(run);
}
