using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Native;
using Python.Runtime;

namespace CasaWrapperKernel.PythonHost.PythonNet;

/// <summary>
/// CPython by Python.NET, which embeds it with <c>Py_InitializeEx</c> and reflects .NET objects into it.
/// </summary>
internal sealed unsafe class PythonBridge : IPythonBridge
{
    // What python's own start-up has and an embedded one has not, and the other way round: the entries that Python.NET
    // makes for "import System" would ask .NET at every import, also in forked children, where .NET cannot run.
    private const string AsPythonItself = """
        import sys
        sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != "clr.loader"]
        sys.path[:] = [entry for entry in sys.path if entry != dotnet]
        sys.orig_argv[:] = [sys.executable, "-c", code]
        """;

    // The exit status is what python would end with. Python.NET never calls Py_FinalizeEx, so this does in its order
    // what users count on: exit handlers run, and the session's objects go (a file that was left open is written).
    private const string RunToTheEnd = """
        import atexit, gc, sys, threading
        status = 1
        try:
            exec(code, sys.modules["__main__"].__dict__)
            status = 0
        except SystemExit as exit:
            if exit.code is None or isinstance(exit.code, int):
                status = exit.code or 0
            else:
                print(exit.code, file=sys.stderr)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.modules["__main__"].__dict__.clear()
        gc.collect()
        for stream in sys.stdout, sys.stderr:
            try:
                stream.flush()
            except (AttributeError, ValueError):
                pass
        """;

    // PythonEngine.MinSupportedVersion says 3.10, but the tables that Python.NET 3.2 needs for it are gone.
    private static readonly Version Oldest = new(3, 11);

    private nint _library;
    private delegate* unmanaged<int, int> _setInterrupt;

    /// <inheritdoc/>
    /// <remarks>Not by way of Python.NET, which would look up 400 functions before the sockets are up.</remarks>
    public string Version { get; private set; } = "";

    public void Load(PythonLocation python)
    {
        _library = Libc.dlopen(python.Library, Libc.RTLD_NOW | Libc.RTLD_GLOBAL);
        if (_library == 0)
        {
            throw new DllNotFoundException(Marshal.PtrToStringUTF8(Libc.dlerror()) ?? python.Library);
        }

        _setInterrupt = (delegate* unmanaged<int, int>)Symbol("PyErr_SetInterruptEx");
        if (System.Version.Parse(python.Version) < Oldest)
        {
            throw new DllNotFoundException($"This casa-kernel is built on Python.NET, which cannot host Python "
                + $"{python.Version}; use casa-kernel as it is by default, or Python {Oldest} or newer.");
        }

        Version = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Symbol("Py_GetVersion"))())!.Split(' ')[0];

        nint Symbol(string name)
        {
            var address = Libc.dlsym(_library, name);
            return address != 0
                ? address
                : throw new DllNotFoundException(
                    $"{python.Library} has no {name}: casa-kernel needs CPython 3.10 or newer.");
        }
    }

    public int Run(PythonLocation python, HostServices host)
    {
        PythonStart.Prepare(_library);
        Runtime.PythonDLL = python.Library;
        PythonEngine.ProgramName = python.Executable; // by this path Python recognises a virtual environment
        PythonEngine.Initialize(setSysArgv: false, initSigs: true);
        HostModule.Create(host);
        using var scope = Py.CreateScope();
        scope.Set("code", Bootstrap.Code);
        scope.Set("dotnet", RuntimeEnvironment.GetRuntimeDirectory());
        scope.Exec(AsPythonItself);
        scope.Exec(RunToTheEnd);
        LeaveRunning();
        return scope.Get<int>("status");
    }

    public void SetInterrupt() => _setInterrupt(Libc.SIGINT);

    /// <summary>
    /// Python.NET's own end is some 50 full collections of Python's heap and of .NET's, seconds in which Jupyter loses
    /// patience, for the sake of a host that goes on without Python. A handler that throws stops it before that, after
    /// it has taken itself from what happens at the process's end.
    /// </summary>
    private static void LeaveRunning()
    {
        PythonEngine.AddShutdownHandler(() => throw new OperationCanceledException());
        try
        {
            PythonEngine.Shutdown();
        }
        catch (OperationCanceledException)
        {
        }
    }
}
