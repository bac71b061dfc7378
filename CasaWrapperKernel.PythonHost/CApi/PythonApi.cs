using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>
/// The functions of CPython's C API that the kernel uses, found by name in the user's own libpython. All but
/// <c>PyContextVar_Get</c> are in the stable ABI, so one binary serves CPython 3.10 to 3.13.
/// </summary>
internal static unsafe class PythonApi
{
    public static delegate* unmanaged<int, byte**, int> Py_BytesMain;
    public static delegate* unmanaged<byte*, nint, int> PyImport_AppendInittab;
    public static delegate* unmanaged<byte*> Py_GetVersion;
    public static delegate* unmanaged<PyModuleDef*, int, nint> PyModule_Create2;
    public static delegate* unmanaged<int, int> PyErr_SetInterruptEx;
    public static delegate* unmanaged<nint, byte*, void> PyErr_SetString;
    public static delegate* unmanaged<void> PyErr_Clear;
    public static delegate* unmanaged<int> PyErr_CheckSignals;
    public static delegate* unmanaged<nint> PyEval_SaveThread;
    public static delegate* unmanaged<nint, void> PyEval_RestoreThread;
    public static delegate* unmanaged<nint, void> Py_IncRef;
    public static delegate* unmanaged<long, nint> PyLong_FromLongLong;
    public static delegate* unmanaged<nint, long> PyLong_AsLongLong;
    public static delegate* unmanaged<byte*, nint, nint> PyBytes_FromStringAndSize;
    public static delegate* unmanaged<nint, byte**, nint*, int> PyBytes_AsStringAndSize;
    public static delegate* unmanaged<nint, nint*, byte*> PyUnicode_AsUTF8AndSize;
    public static delegate* unmanaged<nint, byte*, byte*, nint> PyUnicode_AsEncodedString;
    public static delegate* unmanaged<byte*, nint, nint> PyUnicode_FromStringAndSize;
    public static delegate* unmanaged<nint, nint> PyUnicode_GetLength;
    public static delegate* unmanaged<nint, nint> PyList_New;
    public static delegate* unmanaged<nint, nint, nint, int> PyList_SetItem;
    public static delegate* unmanaged<nint, nint> PyList_Size;
    public static delegate* unmanaged<nint, nint, nint> PyList_GetItem;
    public static delegate* unmanaged<nint, nint, nint*, int> PyContextVar_Get;
    public static delegate* unmanaged<nint, void> Py_DecRef;
    public static delegate* unmanaged<nint, nint> PyObject_Str;
    public static delegate* unmanaged<nint, nint> PyObject_Type;

    public static nint None;
    public static nint RuntimeError;
    public static nint TypeError;
    public static nint MemoryError;

    /// <summary>
    /// Loads libpython with its symbols visible to extension modules, which do not link to it themselves.
    /// </summary>
    /// <exception cref="DllNotFoundException">The library cannot be loaded; the message is the loader's
    /// own.</exception>
    public static void Load(string libpython)
    {
        Libc.dlerror(); // finds the function now: .NET's finding it after the failure would clear the reason
        var handle = Libc.dlopen(libpython, Libc.RTLD_NOW | Libc.RTLD_GLOBAL);
        if (handle == 0)
        {
            throw new DllNotFoundException(Marshal.PtrToStringUTF8(Libc.dlerror()) ?? libpython);
        }

        Py_BytesMain = (delegate* unmanaged<int, byte**, int>)Symbol("Py_BytesMain");
        PyImport_AppendInittab = (delegate* unmanaged<byte*, nint, int>)Symbol("PyImport_AppendInittab");
        Py_GetVersion = (delegate* unmanaged<byte*>)Symbol("Py_GetVersion");
        PyModule_Create2 = (delegate* unmanaged<PyModuleDef*, int, nint>)Symbol("PyModule_Create2");
        PyErr_SetInterruptEx = (delegate* unmanaged<int, int>)Symbol("PyErr_SetInterruptEx");
        PyErr_SetString = (delegate* unmanaged<nint, byte*, void>)Symbol("PyErr_SetString");
        PyErr_Clear = (delegate* unmanaged<void>)Symbol("PyErr_Clear");
        PyErr_CheckSignals = (delegate* unmanaged<int>)Symbol("PyErr_CheckSignals");
        PyEval_SaveThread = (delegate* unmanaged<nint>)Symbol("PyEval_SaveThread");
        PyEval_RestoreThread = (delegate* unmanaged<nint, void>)Symbol("PyEval_RestoreThread");
        Py_IncRef = (delegate* unmanaged<nint, void>)Symbol("Py_IncRef");
        Py_DecRef = (delegate* unmanaged<nint, void>)Symbol("Py_DecRef");
        PyLong_FromLongLong = (delegate* unmanaged<long, nint>)Symbol("PyLong_FromLongLong");
        PyLong_AsLongLong = (delegate* unmanaged<nint, long>)Symbol("PyLong_AsLongLong");
        PyBytes_FromStringAndSize = (delegate* unmanaged<byte*, nint, nint>)Symbol("PyBytes_FromStringAndSize");
        PyBytes_AsStringAndSize = (delegate* unmanaged<nint, byte**, nint*, int>)Symbol("PyBytes_AsStringAndSize");
        PyUnicode_AsUTF8AndSize = (delegate* unmanaged<nint, nint*, byte*>)Symbol("PyUnicode_AsUTF8AndSize");
        PyUnicode_AsEncodedString = (delegate* unmanaged<nint, byte*, byte*, nint>)Symbol("PyUnicode_AsEncodedString");
        PyUnicode_FromStringAndSize = (delegate* unmanaged<byte*, nint, nint>)Symbol("PyUnicode_FromStringAndSize");
        PyUnicode_GetLength = (delegate* unmanaged<nint, nint>)Symbol("PyUnicode_GetLength");
        PyList_New = (delegate* unmanaged<nint, nint>)Symbol("PyList_New");
        PyList_SetItem = (delegate* unmanaged<nint, nint, nint, int>)Symbol("PyList_SetItem");
        PyList_Size = (delegate* unmanaged<nint, nint>)Symbol("PyList_Size");
        PyList_GetItem = (delegate* unmanaged<nint, nint, nint>)Symbol("PyList_GetItem");
        PyContextVar_Get = (delegate* unmanaged<nint, nint, nint*, int>)Symbol("PyContextVar_Get");
        PyObject_Str = (delegate* unmanaged<nint, nint>)Symbol("PyObject_Str");
        PyObject_Type = (delegate* unmanaged<nint, nint>)Symbol("PyObject_Type");
        None = Symbol("_Py_NoneStruct");
        RuntimeError = *(nint*)Symbol("PyExc_RuntimeError");
        TypeError = *(nint*)Symbol("PyExc_TypeError");
        MemoryError = *(nint*)Symbol("PyExc_MemoryError");

        nint Symbol(string name)
        {
            var address = Libc.dlsym(handle, name);
            return address != 0
                ? address
                : throw new DllNotFoundException(
                    $"{libpython} has no {name}: casa-kernel needs CPython 3.10 or newer.");
        }
    }
}

/// <summary>CPython's <c>PyModuleDef</c> (Include/moduleobject.h), whose layout is part of the stable ABI.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PyModuleDef
{
    public nint RefCount;
    public nint Type;
    public nint Init;
    public nint Index;
    public nint Copy;
    public nint Name;
    public nint Doc;
    public nint Size;
    public nint Methods;
    public nint Slots;
    public nint Traverse;
    public nint Clear;
    public nint Free;
}

/// <summary>CPython's <c>PyMethodDef</c> (Include/methodobject.h).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PyMethodDef
{
    /// <summary>The flag METH_FASTCALL: <c>f(self, args[], count)</c>.</summary>
    public const int FastCall = 0x0080;

    /// <summary>The flag METH_O: <c>f(self, arg)</c>; CPython refuses other numbers of arguments.</summary>
    public const int OneArgument = 0x0008;

    public nint Name;
    public nint Function;
    public int Flags;
    public nint Doc;
}
