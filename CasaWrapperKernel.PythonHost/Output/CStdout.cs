using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>The buffer that C keeps of what is printed on standard output.</summary>
internal static unsafe class CStdout
{
    // Looked up once: dlsym waits while another thread loads a library, and that one may wait for the GIL which the
    // caller holds (casatools runs Python while it is loaded).
    private static readonly nint* Stream = (nint*)Libc.dlsym(0, "stdout");

    /// <summary>Makes it one of a line, so that a printf shows when its line is complete.</summary>
    public static void BufferLinesOnly()
    {
        Libc.setvbuf(*Stream, 0, Libc.IOLBF, 0);
        Flush(); // so that .NET has looked up what this calls, too
    }

    /// <summary>
    /// Writes out a line that C code has begun. Only stdout's: to flush every stream would wait for a thread that reads
    /// one.
    /// </summary>
    public static void Flush() => Libc.fflush(*Stream);
}
