using System.Globalization;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Hosting;

/// <summary>Notices that the server that started the kernel is gone, so that no kernel is left behind.</summary>
internal static class ParentWatch
{
    private const int PollMilliseconds = 1000;

    /// <summary>Returns after the parent has died and <paramref name="gone"/> was called.</summary>
    public static void Run(Action gone)
    {
        // Jupyter says who it is; a kernel started by hand is not to end with the shell that started it. In a container
        // the parent may be process 1 from the beginning, and then its number tells nothing.
        var parent = Libc.getppid();
        if (!int.TryParse(
            Environment.GetEnvironmentVariable("JPY_PARENT_PID"), CultureInfo.InvariantCulture, out var server))
        {
            return;
        }

        // Between the two there may be a program that outlives the server: Apptainer, or a script that loads a module.
        var folder = $"/proc/{server}";
        var watchesServer = server != parent && Directory.Exists(folder);
        if (parent == 1 && !watchesServer)
        {
            return;
        }

        while (Libc.getppid() == parent && (!watchesServer || Directory.Exists(folder)))
        {
            Thread.Sleep(PollMilliseconds);
        }

        gone();
    }
}
