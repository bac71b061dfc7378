using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// The Python that the user has named, from its loading to its end, and what cells are told where there is none.
/// </summary>
internal sealed class HostedPython(
    string path, IPythonBridge bridge, Jobs jobs, KernelDescription description, Subshells shells, Ending ending)
{
    // jupyter console no longer reads what the kernel has sent once it sees that the process is gone.
    private static readonly TimeSpan TimeForLastWords = TimeSpan.FromMilliseconds(500);

    private PythonLocation? _location;

    /// <summary>Loads the interpreter's library. If that cannot be, the reason is the answer to every cell.</summary>
    public void Load()
    {
        try
        {
            LowLimits.Check();
            var location = PythonLocation.Find(path);
            bridge.Load(location);
            description.PythonVersion = bridge.Version;
            description.CanDebug = location.Has("debugpy");
            _location = location;
        }
        catch (Exception e) when (e is UserException or DllNotFoundException)
        {
            jobs.Fail(e.Message);
        }
    }

    /// <summary>Runs Python to its end, on the calling thread, which must be the process's main thread.</summary>
    /// <returns>The exit status of the kernel.</returns>
    public int Run(HostServices services)
    {
        if (_location is null)
        {
            ending.Wait();
            return 1;
        }

        CStdout.BufferLinesOnly();
        var status = bridge.Run(_location, services);
        return ending.HasBegun ? status : EndedByItself(status);
    }

    private int EndedByItself(int status)
    {
        if (status == 0)
        {
            // A cell ran exit. Whoever started the kernel sees it end, and a Jupyter server then starts it anew.
            jobs.Fail("The kernel has ended, because a cell before this one ran exit.");
            shells.Finish();
            Thread.Sleep(TimeForLastWords);
            return 0;
        }

        jobs.Fail($"The Python of {path} ended (exit status {status}). What it said of that is shown here or, "
            + "if it ended before it could run a cell, in the log of the Jupyter server. Restart the kernel.");
        ending.Wait();
        return 1;
    }
}
