using System.Runtime.InteropServices;
using System.Text;
using static CasaWrapperKernel.PythonHost.CApi.PythonApi;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>
/// The built-in Python module <c>_casa_host</c> on CPython's C API: the functions that CPython calls, each with a
/// barrier behind which <see cref="HostCalls"/> does the work.
/// </summary>
internal static unsafe class HostModule
{
    private static PyModuleDef* Definition;

    /// <summary>Offers the module to the interpreter; before Python is initialised.</summary>
    public static void Register(HostServices host)
    {
        HostCalls.Host = host;
        (string Name, nint Function)[] functions =
        [
            ("settings", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Settings),
            ("ready", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Ready),
            ("fail", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Fail),
            ("log", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Log),
            ("recompute", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Recompute),
            ("take", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Take),
            ("complete", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Complete),
            ("publish", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Publish),
            ("write_stdout", (nint)(delegate* unmanaged<nint, nint, nint>)&WriteStdout),
            ("write_stderr", (nint)(delegate* unmanaged<nint, nint, nint>)&WriteStderr),
            ("ask_input", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&AskInput),
            ("take_input", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&TakeInput),
            ("end_input", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&EndInput),
            ("take_interrupt", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&TakeInterrupt),
        ];
        var methods = (PyMethodDef*)NativeMemory.AllocZeroed((nuint)(functions.Length + 1), (nuint)sizeof(PyMethodDef));
        for (var i = 0; i < functions.Length; i++)
        {
            methods[i] = new PyMethodDef
            {
                Name = Marshal.StringToCoTaskMemUTF8(functions[i].Name),
                Function = functions[i].Function,
                Flags = functions[i].Name.StartsWith("write_", StringComparison.Ordinal)
                    ? PyMethodDef.OneArgument
                    : PyMethodDef.FastCall,
            };
        }

        Definition = (PyModuleDef*)NativeMemory.AllocZeroed((nuint)sizeof(PyModuleDef));
        *Definition = new PyModuleDef
        {
            RefCount = 1,
            Name = Marshal.StringToCoTaskMemUTF8("_casa_host"),
            Size = -1,
            Methods = (nint)methods,
        };
        PyImport_AppendInittab((byte*)Definition->Name, (nint)(delegate* unmanaged<nint>)&Create);
    }

    // 3 is PYTHON_ABI_VERSION, the version of the stable ABI.
    [UnmanagedCallersOnly]
    private static nint Create() => PyModule_Create2(Definition, 3);

    [UnmanagedCallersOnly]
    private static nint Settings(nint self, nint* args, nint count) => Guard(&HostCalls.Settings, args);

    [UnmanagedCallersOnly]
    private static nint Ready(nint self, nint* args, nint count) => Guard(&HostCalls.Ready, args);

    [UnmanagedCallersOnly]
    private static nint Fail(nint self, nint* args, nint count) => Guard(&HostCalls.Fail, args);

    [UnmanagedCallersOnly]
    private static nint Log(nint self, nint* args, nint count) => Guard(&HostCalls.Log, args);

    [UnmanagedCallersOnly]
    private static nint Recompute(nint self, nint* args, nint count) => Guard(&HostCalls.Recompute, args);

    [UnmanagedCallersOnly]
    private static nint Take(nint self, nint* args, nint count) => Guard(&HostCalls.Take, args);

    [UnmanagedCallersOnly]
    private static nint Complete(nint self, nint* args, nint count) => Guard(&HostCalls.Complete, args);

    [UnmanagedCallersOnly]
    private static nint Publish(nint self, nint* args, nint count) => Guard(&HostCalls.Publish, args);

    [UnmanagedCallersOnly]
    private static nint WriteStdout(nint self, nint text) => Guard(&HostCalls.WriteStdout, &text);

    [UnmanagedCallersOnly]
    private static nint WriteStderr(nint self, nint text) => Guard(&HostCalls.WriteStderr, &text);

    [UnmanagedCallersOnly]
    private static nint AskInput(nint self, nint* args, nint count) => Guard(&HostCalls.AskInput, args);

    [UnmanagedCallersOnly]
    private static nint TakeInput(nint self, nint* args, nint count) => Guard(&HostCalls.TakeInput, args);

    [UnmanagedCallersOnly]
    private static nint EndInput(nint self, nint* args, nint count) => Guard(&HostCalls.EndInput, args);

    [UnmanagedCallersOnly]
    private static nint TakeInterrupt(nint self, nint* args, nint count) => Guard(&HostCalls.TakeInterrupt, args);

    /// <summary>
    /// A fault of ours is Python's RuntimeError, want of memory its MemoryError: an exception that leaves this assembly
    /// would end the process.
    /// </summary>
    private static nint Guard(delegate*<nint*, nint> call, nint* args)
    {
        try
        {
            return call(args);
        }
        catch (PythonErrorException)
        {
            return 0;
        }
        catch (OutOfMemoryException)
        {
            return Raise(MemoryError,
                "The kernel has not enough memory to show so much at once: show less, or write it to a file.\0"u8);
        }
        catch (Exception e)
        {
            return Raise(RuntimeError, Encoding.UTF8.GetBytes($"casa-kernel: {e.GetType().Name}: {e.Message}\0"));
        }
    }

    private static nint Raise(nint type, ReadOnlySpan<byte> message)
    {
        fixed (byte* text = message)
        {
            PyErr_SetString(type, text);
        }

        return 0;
    }
}
