using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost;

/// <summary>Who handles signals.</summary>
internal static unsafe class Signals
{
    // Kept, or the collector would take the registration back.
    private static PosixSignalRegistration? Interrupts;
    private static PosixSignalRegistration? Termination;

    // struct sigaction of glibc, as the system gives it; larger than on any machine.
    private static readonly byte[] TerminationHandler = new byte[256];

    /// <summary>
    /// Interrupts do nothing until Python takes them: by .NET's default the first would end a kernel that starts. .NET
    /// installs its handlers for SIGINT, SIGQUIT and SIGCONT once, with this; it cannot replace Python's later. Python
    /// puts SIGTERM and SIGQUIT to their defaults.
    /// </summary>
    public static void IgnoreInterruptsUntilPython() =>
        Interrupts = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => context.Cancel = true);

    /// <summary>
    /// SIGTERM ends the kernel in order, as process 1 of a container too, where its default does nothing.
    /// </summary>
    public static void EndOnTermination(Action end)
    {
        Termination = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            end();
        });
        fixed (byte* handler = TerminationHandler)
        {
            Libc.sigaction(Libc.SIGTERM, null, handler);
        }
    }

    /// <summary>
    /// [python] Python has put SIGTERM to its default, which is what its own modules and the user's see there, and what
    /// its forked children set again: .NET's handler would tell the parent that a child was terminated.
    /// </summary>
    public static void TakeTerminationBack()
    {
        fixed (byte* handler = TerminationHandler)
        {
            Libc.sigaction(Libc.SIGTERM, handler, null);
        }
    }
}
