using System.Diagnostics;
using System.Globalization;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Hosting;

/// <summary>Reads from /proc and the cgroup what the kernel and its children use of the machine.</summary>
internal sealed class ResourceUsage
{
    private const double TicksPerSecond = 100; // sysconf(_SC_CLK_TCK), fixed on Linux since 2.4
    private readonly Dictionary<int, double> _seconds = [];
    private long _measuredAt;
    private (double Busy, double Total) _host;

    public UsageReply Measure()
    {
        var elapsed = _measuredAt == 0 ? 0 : Stopwatch.GetElapsedTime(_measuredAt).TotalSeconds;
        _measuredAt = Stopwatch.GetTimestamp();
        var processes = Descendants(Environment.ProcessId);
        var before = _host;
        _host = HostSeconds();
        return new UsageReply
        {
            Hostname = Environment.MachineName,
            Pid = Environment.ProcessId,
            CpuCount = Environment.ProcessorCount,
            KernelCpu = Math.Round(
                processes.Sum(pid => CpuSince(pid)) / Math.Max(elapsed, 0.01) * (elapsed > 0 ? 100 : 0), 1),
            KernelMemory = processes.Sum(Memory),
            HostCpuPercent = before.Total > 0
                ? Math.Round(100 * (_host.Busy - before.Busy) / Math.Max(_host.Total - before.Total, 0.01), 1)
                : null,
            HostVirtualMemory = HostMemory(),
        };
    }

    private static List<int> Descendants(int root)
    {
        var children = new Dictionary<int, List<int>>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), out var pid) && Stat(pid) is [_, var parent, ..])
            {
                children.TryAdd(int.Parse(parent, CultureInfo.InvariantCulture), []);
                children[int.Parse(parent, CultureInfo.InvariantCulture)].Add(pid);
            }
        }

        var found = new List<int> { root };
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(children.GetValueOrDefault(found[i], []));
        }

        return found;
    }

    private double CpuSince(int pid)
    {
        // After the state (field 3 of proc(5)'s stat): utime is the 14th and stime the 15th field.
        if (Stat(pid) is not { Length: > 13 } stat)
        {
            return 0;
        }

        var seconds = (double.Parse(stat[11], CultureInfo.InvariantCulture)
            + double.Parse(stat[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
        var before = _seconds.GetValueOrDefault(pid, seconds);
        _seconds[pid] = seconds;
        return seconds - before;
    }

    private static long Memory(int pid) =>
        1024 * (Field($"/proc/{pid}/smaps_rollup", "Pss:") ?? Field($"/proc/{pid}/status", "VmRSS:") ?? 0);

    private static HostMemory HostMemory()
    {
        var (total, free, available) = (Host("MemTotal:"), Host("MemFree:"), Host("MemAvailable:"));
        if (Number("/sys/fs/cgroup/memory.max") is { } limit && limit < total)
        {
            var inUse = Number("/sys/fs/cgroup/memory.current") ?? 0;
            (total, available, free) = (limit, Math.Max(limit - inUse, 0), Math.Max(limit - inUse, 0));
        }

        var used = total - available;
        return new HostMemory(total, available, Math.Round(100.0 * used / Math.Max(total, 1), 1), used, free)
        {
            Active = Host("Active:"),
            Inactive = Host("Inactive:"),
            Buffers = Host("Buffers:"),
            Cached = Host("Cached:") + Host("SReclaimable:"),
            Shared = Host("Shmem:"),
            Slab = Host("Slab:"),
        };

        static long Host(string field) => 1024 * (Field("/proc/meminfo", field) ?? 0);
    }

    private static (double Busy, double Total) HostSeconds()
    {
        var fields = Lines("/proc/stat").FirstOrDefault()?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..]
            .Select(field => double.Parse(field, CultureInfo.InvariantCulture) / TicksPerSecond).ToArray() ?? [];
        var total = fields.Take(8).Sum();
        return (total - fields.Skip(3).Take(2).Sum(), total); // idle and iowait are the fourth and fifth
    }

    // Fields after the program's name, which may hold blanks and brackets.
    private static string[]? Stat(int pid) =>
        Lines($"/proc/{pid}/stat").FirstOrDefault() is { } line ? line[(line.LastIndexOf(')') + 2)..].Split(' ') : null;

    private static long? Field(string file, string name) =>
        Lines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
        && long.TryParse(found[name.Length..].Replace("kB", "").Trim(), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    private static long? Number(string file) =>
        long.TryParse(Lines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var number) ? number : null;

    // Processes come and go, and some files are not for everybody.
    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
