using System.Globalization;
using CasaWrapperKernel.Jupyter;

namespace CasaWrapperKernel.Hosting;

/// <summary>Limits of the shell or the batch system below which Python with CASA cannot run.</summary>
internal static class LowLimits
{
    private const string File = "/proc/self/limits";

    // Measured with CASA 6.7: an import and a task. Half of a limited address space is the collector's reserve.
    private const long AddressSpace = 3584L << 20;
    private const long Descriptors = 64;

    /// <exception cref="UserException">A limit is too low; the message says which, and how much is needed.</exception>
    public static void Check() => Check(System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : []);

    /// <summary>The same for the lines of a process's file of limits (proc(5)).</summary>
    public static void Check(IReadOnlyList<string> limits)
    {
        if (Soft(limits, "Max address space") is { } bytes && bytes < AddressSpace)
        {
            throw Low($"{bytes / 1e9:F1} GB of address space", $"{AddressSpace / 1e9:F1} GB",
                $"ulimit -v {AddressSpace >> 10}");
        }

        if (Soft(limits, "Max open files") is { } files && files < Descriptors)
        {
            throw Low($"{files} open files", $"{Descriptors}, and plots 128", "ulimit -n 128");
        }
    }

    private static UserException Low(FormattableString has, FormattableString needed, string command) => new(
        $"This process may have no more than {has.ToString(CultureInfo.InvariantCulture)}, and Python with CASA needs at "
        + $"least {needed.ToString(CultureInfo.InvariantCulture)}: raise the limit where Jupyter is started ({command}).");

    /// <returns>Null if there is none.</returns>
    private static long? Soft(IEnumerable<string> limits, string name) =>
        limits.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal)) is { } found
        && long.TryParse(found[name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture, out var soft)
            ? soft
            : null;
}
