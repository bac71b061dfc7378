using System.Globalization;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Hosting;

/// <summary>Limits of the shell or the batch system below which Python with CASA cannot run.</summary>
internal static class LowLimits
{
    private const string File = "/proc/self/limits";
    private const string Space = "Max address space";
    private const string HeapRange = "DOTNET_GCRegionRange";

    // Measured with CASA 6.7: an import and a task.
    private const long AddressSpace = 2304L << 20;
    private const long Descriptors = 64;

    /// <exception cref="UserException">A limit is too low; the message says which, and how much is needed.</exception>
    public static void Check() => Check(Lines());

    /// <summary>The same for the lines of a process's file of limits (proc(5)).</summary>
    public static void Check(IReadOnlyList<string> limits)
    {
        if (Soft(limits, Space) is { } bytes && bytes < AddressSpace)
        {
            throw Low($"{bytes / 1e9:F1} GB of address space", $"{AddressSpace / 1e9:F1} GB",
                $"ulimit -v {AddressSpace >> 10}");
        }

        if (Soft(limits, "Max open files") is { } files && files < Descriptors)
        {
            throw Low($"{files} open files", $"{Descriptors}, and plots 128", "ulimit -n 128");
        }
    }

    /// <summary>
    /// Starts the program anew where the address space is limited: .NET reserves half of it for its heap, unless it is
    /// told otherwise before it starts.
    /// </summary>
    public static unsafe void LeaveRoom()
    {
        if (Soft(Lines(), Space) is null || Environment.GetEnvironmentVariable(HeapRange) is not null)
        {
            return;
        }

        Libc.setenv(HeapRange, "10000000", overwrite: 1); // 256 MB, in hexadecimal
        var command = System.IO.File.ReadAllBytes("/proc/self/cmdline");
        var arguments = new List<nint>();
        fixed (byte* start = command)
        {
            for (var at = 0; at < command.Length; at += Array.IndexOf(command, (byte)0, at) - at + 1)
            {
                arguments.Add((nint)(start + at));
            }

            arguments.Add(0);
            fixed (nint* argv = arguments.ToArray())
            {
                Libc.execv("/proc/self/exe", argv); // if it returns, there is less room
            }
        }
    }

    private static string[] Lines() => System.IO.File.Exists(File) ? System.IO.File.ReadAllLines(File) : [];

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
