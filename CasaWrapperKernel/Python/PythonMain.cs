using System.Runtime.InteropServices;
using static CasaWrapperKernel.Python.Native.PythonApi;

namespace CasaWrapperKernel.Python;

/// <summary>Runs CPython on the calling thread, which must be the process's main thread, until it ends.</summary>
internal static unsafe class PythonMain
{
    // While casawrapper and IPython are imported, the working directory ('' in sys.path) is out of the way, so that a
    // user's own types.py or random.py cannot break the kernel; afterwards it is back, as users expect.
    private const string Bootstrap = """
        import sys, json, _casa_host
        sys.path.remove("") if "" in sys.path else None
        sys.path.append(json.loads(_casa_host.settings())["python_support"])
        from casawrapper.kernel import main
        sys.path.insert(0, "")
        sys.exit(main())
        """;

    /// <exception cref="DllNotFoundException">The library cannot be loaded.</exception>
    public static void Load(PythonLocation python) => Native.PythonApi.Load(python.Library);

    /// <summary>Such as <c>3.11.7</c>; known as soon as the library is loaded.</summary>
    public static string Version => Marshal.PtrToStringUTF8((nint)Py_GetVersion())!.Split(' ')[0];

    /// <summary>
    /// Python's own command line program, so that virtual environments, <c>sys.executable</c>, <c>site</c> and the
    /// PYTHON* variables are exactly as that interpreter has them.
    /// </summary>
    /// <returns>The exit status.</returns>
    public static int Run(PythonLocation python)
    {
        string[] arguments = [python.Executable, "-c", Bootstrap];
        var argv = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < arguments.Length; i++)
        {
            argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        return Py_BytesMain(arguments.Length, argv);
    }
}
