using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Native;
using static CasaWrapperKernel.PythonHost.CApi.PythonApi;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>
/// CPython by its own front door: <c>Py_BytesMain</c>, which is what the program <c>python</c> itself calls.
/// </summary>
internal sealed unsafe class PythonBridge : IPythonBridge
{
    public string Version => Marshal.PtrToStringUTF8((nint)Py_GetVersion())!.Split(' ')[0];

    public void Load(PythonLocation python) => PythonApi.Load(python.Library);

    /// <inheritdoc/>
    /// <remarks>
    /// With the environment's python as <c>argv[0]</c>, virtual environments, <c>sys.executable</c>, <c>site</c> and
    /// the PYTHON* variables are exactly as that interpreter has them.
    /// </remarks>
    public int Run(PythonLocation python, HostServices host)
    {
        HostModule.Register(host);
        string[] arguments = [python.Executable, "-c", Bootstrap.Code];
        var argv = (byte**)NativeMemory.AllocZeroed((nuint)(arguments.Length + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < arguments.Length; i++)
        {
            argv[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        return Py_BytesMain(arguments.Length, argv);
    }

    public void SetInterrupt() => PyErr_SetInterruptEx(Libc.SIGINT);
}
