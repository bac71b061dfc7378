using System.Runtime.InteropServices;

namespace CasaWrapperKernel.PythonHost;

/// <summary>Who handles signals.</summary>
internal static class Signals
{
    // Kept, or the collector would take the registration back.
    private static PosixSignalRegistration? Interrupts;

    /// <summary>
    /// Interrupts do nothing until Python takes them: by .NET's default the first would end a kernel that starts. .NET
    /// installs its handlers for SIGINT, SIGQUIT and SIGCONT once, with this; it cannot replace Python's later. Python
    /// puts SIGTERM and SIGQUIT to their defaults, since .NET's would let a forked child that is terminated end its
    /// parent.
    /// </summary>
    public static void IgnoreInterruptsUntilPython() =>
        Interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);
}
