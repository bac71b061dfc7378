using System.Globalization;
using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>One call of a CASA task: its lines are a group of the log block.</summary>
/// <param name="cell">The cell that called it.</param>
internal sealed class TaskRun(string name, CellLog cell)
{
    private const string Interrupt = "KeyboardInterrupt";
    private static int LastNumber;

    private readonly long _started = cell.Time.GetTimestamp();
    private readonly CleanProgress _clean = new();
    private TimeSpan? _took;
    private TimeSpan? _insteadOf;
    private TimeSpan _looked;
    private string _result = "";

    public string Name => name;

    /// <summary>Tells the tasks of a session apart.</summary>
    public int Number { get; } = Interlocked.Increment(ref LastNumber);

    public CellLog Cell => cell;

    public Counts Counts { get; } = new();

    /// <summary>
    /// The tasks whose Begin line has been seen without their End line: this one, then those that it called.
    /// </summary>
    public Stack<string> Frames { get; } = new();

    /// <summary>The number that Python gave this call; 0 while only the log is known to speak of it.</summary>
    public long Call { get; set; }

    /// <summary>
    /// Who may be at work: what Python named or, of a task that only the log speaks of, the processes that had written
    /// its Begin line. Null while nobody has looked for them.
    /// </summary>
    public IReadOnlyList<Worker>? Workers { get; set; }

    /// <summary>The log that the Begin line is in, and where it ends there.</summary>
    public (string Log, long End) Begun { get; set; }

    /// <summary>Whether the cell's block has this task in its list.</summary>
    public bool IsListed { get; set; }

    public bool IsRunning => _took is null;

    public bool HasFailed { get; private set; }

    /// <summary>Whether its products came back without it.</summary>
    public bool IsReplayed => _insteadOf is not null;

    public TimeSpan Time => _took ?? cell.Time.GetElapsedTime(_started);

    /// <summary>Whether it has taken so long that its user wants to know how long.</summary>
    public bool IsLong => Time.TotalSeconds >= 2;

    public void Add(LogLine line)
    {
        Counts.Add(line);
        _clean.Read(line.Message);
    }

    /// <param name="error">The name of the exception that ended it, or "".</param>
    /// <param name="result">What it returned, in a few words, or "".</param>
    /// <param name="insteadOf">The seconds that it took when it ran, if it was replayed.</param>
    public void End(string error = "", string result = "", double? insteadOf = null)
    {
        if (!IsRunning)
        {
            return;
        }

        _took = Time;
        _insteadOf = insteadOf is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        HasFailed = error is not ("" or Interrupt);
        _result = error switch
        {
            "" => result.Length > 0 ? $"returned {result}" : Call > 0 ? "ok" : "",
            Interrupt => "interrupted",
            _ => "failed",
        };
    }

    /// <summary>Whether nobody is at work any more. Looks once a second at most.</summary>
    /// <param name="cellRuns">Whether the cell runs: without a trace of another process, the task may be its
    /// own.</param>
    public bool IsAbandoned(bool cellRuns)
    {
        if (Workers is null || (Time - _looked).TotalSeconds < 1)
        {
            return false;
        }

        _looked = Time;
        return Workers.Count == 0 ? !cellRuns : !Workers.Any(worker => worker.IsAlive);
    }

    /// <summary>It has ended without a word.</summary>
    public void Abandon()
    {
        End();
        HasFailed = Workers is { Count: > 0 };
        _result = !HasFailed ? "ended with its process, as far as this machine can tell"
            : Workers!.Any(worker => worker.IsOurs) ? "ended with its thread" : "ended with its process";
    }

    /// <summary>For example "tclean: ok, 12.3 s, major cycle 3".</summary>
    public override string ToString() => IsRunning
        ? $"{name}: running{(IsLong ? " for " + Duration(Time) : "")}{_clean}"
        : _insteadOf is { } before && !HasFailed
        ? $"{name}: replayed, {Fine(Time)} instead of {Fine(before)}"
        : $"{name}: {(_result.Length > 0 ? _result + ", " : "")}{Duration(Time)}{_clean}";

    private static string Fine(TimeSpan time) => time.TotalSeconds < 1
        ? time.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture) + " s"
        : Duration(time);

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 10 } => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture) + " s",
        { TotalSeconds: < 60 } => $"{(int)time.TotalSeconds} s",
        { TotalMinutes: < 60 } => $"{(int)time.TotalMinutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };
}
