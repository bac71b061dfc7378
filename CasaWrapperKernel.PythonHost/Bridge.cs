using CasaWrapperKernel.PythonHost.Finding;

namespace CasaWrapperKernel.PythonHost;

/// <summary>
/// How the kernel hosts CPython. There are two: on CPython's own C API (the default), and on Python.NET; which one is
/// built in is chosen by the build property <c>PythonBridge</c>.
/// </summary>
internal interface IPythonBridge
{
    /// <summary>Loads the interpreter's library.</summary>
    /// <exception cref="DllNotFoundException">It cannot be loaded.</exception>
    void Load(PythonLocation python);

    /// <summary>Such as <c>3.11.7</c>; known as soon as the library is loaded.</summary>
    string Version { get; }

    /// <summary>
    /// Runs the interpreter on the calling thread, which must be the process's main thread, until it ends. The module
    /// <c>_casa_host</c> is there from the beginning.
    /// </summary>
    /// <returns>The exit status.</returns>
    int Run(PythonLocation python, HostServices host);

    /// <summary>Sets Python's own flag for a pending SIGINT; from any thread, without the GIL.</summary>
    void SetInterrupt();
}

/// <summary>The Python program that both bridges run.</summary>
internal static class Bootstrap
{
    // While casawrapper and IPython are imported, the working directory ('' in sys.path) is out of the way, so that a
    // user's own types.py or random.py cannot break the kernel; main() puts it back. No name of ours stays in __main__,
    // where the user's cells run. sys.exit ends the process right there, so it is no way to end in good order.
    public const string Code = """
        def start():
            del globals()["start"]
            import sys
            if "" in sys.path:
                sys.path.remove("")
            import json, _casa_host
            sys.path.append(json.loads(_casa_host.settings())["python_support"])
            from casawrapper.kernel import main
            if status := main():
                sys.exit(status)
        start()
        """;
}
