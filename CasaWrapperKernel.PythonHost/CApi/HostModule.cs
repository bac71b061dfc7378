using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CasaWrapperKernel.PythonHost.Lanes;
using static CasaWrapperKernel.PythonHost.CApi.PythonApi;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>
/// The built-in Python module <c>_casa_host</c> on CPython's C API: takes the arguments apart and calls
/// <see cref="HostFunctions"/>.
/// </summary>
/// <remarks>CPython calls static functions, so there is one instance a process.</remarks>
internal static unsafe class HostModule
{
    private static readonly byte[] Replace = "replace\0"u8.ToArray();
    private static HostFunctions Host = null!;
    private static PyModuleDef* Definition;
    private static nint ParentVariable;

    /// <summary>Offers the module to the interpreter; before Python is initialised.</summary>
    public static void Register(HostFunctions host)
    {
        Host = host;
        (string Name, nint Function)[] functions =
        [
            ("settings", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Settings),
            ("ready", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Ready),
            ("fail", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Fail),
            ("log", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Log),
            ("take", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Take),
            ("complete", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Complete),
            ("publish", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Publish),
            ("write_stdout", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&WriteStdout),
            ("write_stderr", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&WriteStderr),
            ("ask_input", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&AskInput),
            ("take_input", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&TakeInput),
            ("take_interrupt", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&TakeInterrupt),
        ];
        var methods = (PyMethodDef*)NativeMemory.AllocZeroed((nuint)(functions.Length + 1), (nuint)sizeof(PyMethodDef));
        for (var i = 0; i < functions.Length; i++)
        {
            methods[i] = new PyMethodDef
            {
                Name = Marshal.StringToCoTaskMemUTF8(functions[i].Name),
                Function = functions[i].Function,
                Flags = PyMethodDef.FastCall,
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
    private static nint Settings(nint self, nint* args, nint count) => NewText(Host.Settings);

    [UnmanagedCallersOnly]
    private static nint Ready(nint self, nint* args, nint count)
    {
        Py_IncRef(args[0]);
        ParentVariable = args[0];
        Host.Ready();
        return NewNone();
    }

    [UnmanagedCallersOnly]
    private static nint Fail(nint self, nint* args, nint count)
    {
        Host.Fail(Text(args[0]));
        return NewNone();
    }

    [UnmanagedCallersOnly]
    private static nint Log(nint self, nint* args, nint count) =>
        NewText(Host.Log(PyLong_AsLongLong(args[0]), Text(args[1]), Text(args[2])));

    /// <returns><c>None | [id, msg_type, header, metadata, content, [buffer, ...]]</c></returns>
    [UnmanagedCallersOnly]
    private static nint Take(nint self, nint* args, nint count)
    {
        if (Host.Take(Text(args[0])) is not { } job)
        {
            return NewNone();
        }

        var request = job.Request;
        var buffers = PyList_New(request.Buffers.Count);
        for (var i = 0; i < request.Buffers.Count; i++)
        {
            PyList_SetItem(buffers, i, NewBytes(request.Buffers[i]));
        }

        var list = PyList_New(6);
        PyList_SetItem(list, 0, PyLong_FromLongLong(job.Id));
        PyList_SetItem(list, 1, NewText(request.Type));
        PyList_SetItem(list, 2, NewBytes(request.HeaderJson));
        PyList_SetItem(list, 3, NewBytes(request.Metadata));
        PyList_SetItem(list, 4, NewBytes(request.Content));
        PyList_SetItem(list, 5, buffers);
        return list;
    }

    [UnmanagedCallersOnly]
    private static nint Complete(nint self, nint* args, nint count)
    {
        Host.Complete(PyLong_AsLongLong(args[0]), Bytes(args[1]), PyLong_AsLongLong(args[2]) != 0, (int)PyLong_AsLongLong(args[3]));
        return NewNone();
    }

    [UnmanagedCallersOnly]
    private static nint Publish(nint self, nint* args, nint count)
    {
        var buffers = new byte[PyList_Size(args[4])][];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = Bytes(PyList_GetItem(args[4], i)).ToArray();
        }

        Host.Publish(PyLong_AsLongLong(args[0]), Text(args[1]), Joined(args[2]), Bytes(args[3]), buffers);
        return NewNone();
    }

    [UnmanagedCallersOnly]
    private static nint WriteStdout(nint self, nint* args, nint count) => Write("stdout", args[0]);

    [UnmanagedCallersOnly]
    private static nint WriteStderr(nint self, nint* args, nint count) => Write("stderr", args[0]);

    // A print of two values calls this four times, so it does as little as it can.
    private static nint Write(string stream, nint text)
    {
        nint length;
        var utf8 = PyUnicode_AsUTF8AndSize(text, &length);
        if (utf8 == null)
        {
            return WriteReplaced(stream, text);
        }

        Host.Write(CurrentRequest(), stream, new ReadOnlySpan<byte>(utf8, (int)length));
        LetOthersRunWhileFull();
        return PyLong_FromLongLong(PyUnicode_GetLength(text));
    }

    // Lone surrogates (from file names, say) are no UTF-8 and would make the whole message unreadable.
    private static nint WriteReplaced(string stream, nint text)
    {
        fixed (byte* errors = Replace)
        {
            PyErr_Clear();
            var bytes = PyUnicode_AsEncodedString(text, null, errors);
            if (bytes == 0)
            {
                return 0;
            }

            Host.Write(CurrentRequest(), stream, Bytes(bytes));
            Py_DecRef(bytes);
            return PyLong_FromLongLong(PyUnicode_GetLength(text));
        }
    }

    private static void LetOthersRunWhileFull()
    {
        if (!Host.IsFull)
        {
            return;
        }

        var state = PyEval_SaveThread();
        while (Host.IsFull)
        {
            Host.WaitForRoom();
        }

        PyEval_RestoreThread(state);
    }

    [UnmanagedCallersOnly]
    private static nint AskInput(nint self, nint* args, nint count) => PyLong_FromLongLong(
        Host.AskInput(PyLong_AsLongLong(args[0]), Text(args[1]), PyLong_AsLongLong(args[2]) != 0) ? 1 : 0);

    [UnmanagedCallersOnly]
    private static nint TakeInput(nint self, nint* args, nint count) =>
        Host.TakeInput() is { } value ? NewText(value) : NewNone();

    [UnmanagedCallersOnly]
    private static nint TakeInterrupt(nint self, nint* args, nint count) => PyLong_FromLongLong(Host.TakeInterrupt() ? 1 : 0);

    /// <summary>The number that the running code's context variable holds; 0 where it has none.</summary>
    private static long CurrentRequest()
    {
        nint value = 0;
        if (ParentVariable == 0 || PyContextVar_Get(ParentVariable, 0, &value) != 0 || value == 0)
        {
            PyErr_Clear();
            return 0;
        }

        var id = PyLong_AsLongLong(value);
        Py_DecRef(value);
        return id;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Bytes(nint value)
    {
        byte* start;
        nint length;
        return PyBytes_AsStringAndSize(value, &start, &length) == 0 ? new ReadOnlySpan<byte>(start, (int)length) : [];
    }

    private static string Text(nint value) => Encoding.UTF8.GetString(Utf8(value));

    private static ReadOnlySpan<byte> Utf8(nint value)
    {
        nint length;
        var start = PyUnicode_AsUTF8AndSize(value, &length);
        return start == null ? [] : new ReadOnlySpan<byte>(start, (int)length);
    }

    // A list of bytes and, by turns, of text: a picture of megabytes is copied here for the first time.
    private static byte[] Joined(nint parts)
    {
        var whole = new byte[Enumerable.Range(0, (int)PyList_Size(parts)).Sum(i => Part(parts, i).Length)];
        var rest = whole.AsSpan();
        for (var i = 0; i < PyList_Size(parts); i++)
        {
            var part = Part(parts, i);
            part.CopyTo(rest);
            rest = rest[part.Length..];
        }

        return whole;
    }

    private static ReadOnlySpan<byte> Part(nint parts, int i)
    {
        var part = PyList_GetItem(parts, i);
        return i % 2 == 0 ? Bytes(part) : Utf8(part);
    }

    private static nint NewBytes(byte[] value)
    {
        fixed (byte* start = value)
        {
            return PyBytes_FromStringAndSize(start, value.Length);
        }
    }

    private static nint NewText(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        fixed (byte* start = utf8)
        {
            return PyUnicode_FromStringAndSize(start, utf8.Length);
        }
    }

    private static nint NewNone()
    {
        Py_IncRef(None);
        return None;
    }
}
