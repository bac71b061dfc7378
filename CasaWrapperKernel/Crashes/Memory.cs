using System.Globalization;

namespace CasaWrapperKernel.Crashes;

/// <summary>How much memory there is, and whether the system has ended processes for want of it.</summary>
internal static class Memory
{
    private const int PageSize = 4096;

    public static MemoryNote Now() => new(Used(), Available(), Kills(), DateTime.UtcNow);

    /// <summary>How many processes the system, or this container's limit, has ended since it was started.</summary>
    public static long Kills() => Field("/proc/vmstat", "oom_kill ") ?? 0;

    private static long Used() =>
        First("/proc/self/statm") is { } line && line.Split(' ') is [_, var pages, ..] ? PageSize * Number(pages) : 0;

    private static long Available()
    {
        var machine = 1024 * (Field("/proc/meminfo", "MemAvailable:") ?? 0);
        return First("/sys/fs/cgroup/memory.max") is { } most && long.TryParse(most, out var limit)
            ? Math.Min(machine, limit - Number(First("/sys/fs/cgroup/memory.current") ?? ""))
            : machine;
    }

    private static long? Field(string file, string name) =>
        Lines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
            ? Number(found[name.Length..].Replace("kB", "").Trim())
            : null;

    private static long Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string? First(string file) => Lines(file).FirstOrDefault();

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // not on every system, and not for everybody
        }
    }
}
