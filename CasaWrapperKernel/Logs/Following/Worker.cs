namespace CasaWrapperKernel.Logs.Following;

/// <summary>A thread that works at a task, in this process or another one of this machine.</summary>
/// <param name="Begun">When it began, which tells it from a later one of the same number; "" if it is gone
/// already.</param>
internal sealed record Worker(int Process, int Thread, string Begun)
{
    private const int State = 0;
    private const int Time = 19;

    public bool IsAlive => Begun.Length > 0 && TimeOf(Process, Thread) == Begun;

    public bool IsOurs => Process == Environment.ProcessId;

    /// <param name="thread">As the system numbers it (Python's <c>get_native_id</c>).</param>
    public static Worker Of(int process, int thread) => new(process, thread, TimeOf(process, thread));

    /// <summary>
    /// The processes below this one that have written to a log at some place or after it: whoever has written a line is
    /// among them, and who has only written before is not.
    /// </summary>
    /// <param name="log">The file's name, as the system says it.</param>
    /// <param name="end">Where the line ends.</param>
    public static IReadOnlyList<Worker> WhoWrote(string log, long end) =>
        [.. Below(Environment.ProcessId).Where(process => HasWritten(process, log, end))
            .Select(process => Of(process, process))];

    private static IEnumerable<int> Below(int process) =>
        from thread in Ask(() => Directory.GetDirectories($"/proc/{process}/task"), [])
        from child in Ask(() => File.ReadAllText($"{thread}/children"), "")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
        from one in Below(int.Parse(child)).Prepend(int.Parse(child))
        select one;

    private static bool HasWritten(int process, string log, long end) =>
        Ask(() => Directory.GetFiles($"/proc/{process}/fd"), []).Any(file =>
            Ask(() => new FileInfo(file).LinkTarget, "") == log
            && Ask(() => File.ReadLines($"/proc/{process}/fdinfo/{Path.GetFileName(file)}").First(), "")
                .Split(':') is ["pos", var position]
            && long.Parse(position) >= end);

    private static string TimeOf(int process, int thread)
    {
        // The name of the program before it may hold anything.
        var fields = Ask(() => File.ReadAllText($"/proc/{process}/task/{thread}/stat"), "").Split(')')[^1]
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > Time && fields[State] is not ("Z" or "X") ? fields[Time] : "";
    }

    /// <summary>What the system says of a process that may end at any moment.</summary>
    private static T Ask<T>(Func<T> question, T nothing)
    {
        try
        {
            return question();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return nothing;
        }
    }
}
