using CasaWrapperKernel.Python.Native;

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
        if (Environment.GetEnvironmentVariable("JPY_PARENT_PID") is null || parent == 1)
        {
            return;
        }

        while (Libc.getppid() == parent)
        {
            Thread.Sleep(PollMilliseconds);
        }

        gone();
    }
}
