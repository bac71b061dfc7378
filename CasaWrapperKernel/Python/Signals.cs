using System.Runtime.InteropServices;

namespace CasaWrapperKernel.Python;

/// <summary>Who handles signals.</summary>
internal static class Signals
{
    /// <summary>
    /// .NET installs its handlers for SIGINT, SIGQUIT and SIGCONT once, at the first use of such a class; done here,
    /// before Python starts, it cannot replace Python's handlers later. Python then takes SIGINT, and puts SIGTERM and
    /// SIGQUIT to their defaults, since .NET's would let a forked child that is terminated end its parent.
    /// </summary>
    public static void GiveToPython()
    {
        PosixSignalRegistration.Create(PosixSignal.SIGCONT, _ => { }).Dispose();
    }
}
