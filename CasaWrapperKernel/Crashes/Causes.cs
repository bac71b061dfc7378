using System.Globalization;

namespace CasaWrapperKernel.Crashes;

/// <summary>What a story means, in words.</summary>
internal static class Causes
{
    private const long StackPage = 64 << 10;

    private static readonly Dictionary<int, string> Signals = new()
    {
        [4] = "an instruction that this processor does not have (SIGILL)",
        [6] = "the C code has given up (abort, SIGABRT)",
        [7] = "a file or memory that is no longer there (SIGBUS)",
        [8] = "an arithmetic error of C code (SIGFPE)",
        [11] = "a segmentation fault of C code (SIGSEGV)",
    };

    /// <summary>Why the process has ended.</summary>
    public static string Of(Story story) => story switch
    {
        { Fault.Length: > 0 } => "a fault of casa-kernel itself",
        _ when HasOverflowed(story) => "its stack is full (too deep a recursion)",
        { Signal: > 0 } => Signals.GetValueOrDefault(story.Signal, $"signal {story.Signal}"),
        { Exit: { } status } => $"C code has ended the process with exit({status})",
        { IsOutOfMemory: true } => "out of memory, the system has killed it (SIGKILL)",
        _ => "without a word; it was killed (kill -9, a batch system's limit, too little memory), or C code ended it",
    };

    /// <summary>What the user can do, a sentence each.</summary>
    public static IEnumerable<string> Advice(Story story)
    {
        yield return "Variables and imports are gone: run the cells before this one again.";
        if (story.Running.Tasks is [.., var task])
        {
            yield return $"What {task.Name} was writing may be incomplete: remove or restore it before you go on.";
        }

        if (story.IsOutOfMemory)
        {
            yield return "Work on less data at once, or ask for more memory.";
        }
        else if (story is { Signal: 0, Exit: null, Fault: "" })
        {
            yield return Memory(story);
        }
        else if (story.Fault.Length > 0)
        {
            yield return "Please report it to those who make casa-kernel, with what 'casa-kernel crash "
                + "--without-user-data' prints.";
        }
        else if (HasOverflowed(story))
        {
            yield return "Look for a function that calls itself without end, or a higher sys.setrecursionlimit.";
        }
        else
        {
            yield return story.Running.Tasks is [.., var last]
                ? $"If {last.Name} ends the kernel with the same parameters again, it most likely ends plain CASA as "
                    + "well: check the parameters and the data, and report it to CASA's help desk with what 'casa-kernel "
                    + "crash' prints."
                : "If the same cell ends the kernel again, the library that the native stack names is most likely to "
                    + "blame: report it there, with what 'casa-kernel crash' prints.";
        }
    }

    /// <summary>Such as "11.2 GB".</summary>
    public static string Bytes(long number) =>
        (number / 1e9).ToString(number < 1e10 ? "0.00" : "0.0", CultureInfo.InvariantCulture) + " GB";

    // Memory right at the top of the stack is missing only where the stack has no room any more.
    private static bool HasOverflowed(Story story) => story.Signal == 11
        && story.SignalDetails.Split(' ') is [_, _, "address", var address, "stack", var stack]
        && Math.Abs(Hexadecimal(address) - Hexadecimal(stack)) < StackPage;

    private static long Hexadecimal(string text) =>
        long.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string SecondsBefore(Story story, MemoryNote memory) =>
        Math.Max(1, (story.Ended - memory.Time).TotalSeconds).ToString("0", CultureInfo.InvariantCulture);

    private static string Memory(Story story) => story.Memory is { } memory
        ? $"It used {Bytes(memory.Used)} with {Bytes(memory.Available)} left, {SecondsBefore(story, memory)} s or less before "
            + "its end: if that is little, work on less data at once or ask for more memory."
        : "If memory may be the reason, work on less data at once or ask for more memory.";
}
