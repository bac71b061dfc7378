using System.Diagnostics;

namespace CasaWrapperKernel.Tests.Kernel;

/// <summary>
/// A Python with IPython that the kernel can host; tests that need one are skipped where there is none.
/// </summary>
internal static class HostingPython
{
    /// <summary>CASA_KERNEL_TEST_PYTHON, else the system's.</summary>
    public static string Path { get; } =
        Environment.GetEnvironmentVariable("CASA_KERNEL_TEST_PYTHON") is { Length: > 0 } named ? named
            : "/usr/bin/python3";

    private static readonly Lazy<bool> HasIPython = new(() =>
    {
        if (!File.Exists(Path))
        {
            return false;
        }

        using var process = Process.Start(
            new ProcessStartInfo(Path, ["-I", "-c", "import IPython"]) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode == 0;
    });

    public static void SkipUnlessThere() =>
        Assert.SkipUnless(HasIPython.Value, $"{Path} has no IPython; set CASA_KERNEL_TEST_PYTHON.");
}
