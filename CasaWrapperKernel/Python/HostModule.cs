using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using CasaWrapperKernel.Channels;
using CasaWrapperKernel.Python.Native;
using CasaWrapperKernel.Wire;
using static CasaWrapperKernel.Python.Native.PythonApi;

namespace CasaWrapperKernel.Python;

/// <summary>
/// The built-in Python module <c>_casa_host</c>: the only door between Python and the kernel. Its functions take and
/// give numbers, text and JSON as bytes; <c>casawrapper/host.py</c> describes them for Python.
/// </summary>
/// <remarks>CPython calls static functions, so there is one instance a process.</remarks>
internal static unsafe class HostModule
{
    private static readonly byte[] Replace = "replace\0"u8.ToArray();
    private static PythonInterpreter Interpreter = null!;
    private static Outbox Outbox = null!;
    private static string Settings = "{}";
    private static Action<string> FollowLogFile = _ => { };
    private static PyModuleDef* Definition;
    private static nint ParentVariable;

    /// <summary>Offers the module to the interpreter; before Python is initialised.</summary>
    /// <param name="settings">JSON object that Python reads with <c>_casa_host.settings()</c>.</param>
    /// <param name="followLog">Called when CASA logs to another file than the settings said.</param>
    public static void Register(PythonInterpreter interpreter, Outbox outbox, string settings, Action<string> followLog)
    {
        (Interpreter, Outbox, Settings, FollowLogFile) = (interpreter, outbox, settings, followLog);
        (string Name, nint Function)[] functions =
        [
            ("settings", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&GetSettings),
            ("ready", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Ready),
            ("fail", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&Fail),
            ("follow_log", (nint)(delegate* unmanaged<nint, nint*, nint, nint>)&FollowLog),
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
    private static nint GetSettings(nint self, nint* args, nint count) => NewText(Settings);

    /// <summary><c>ready(parent_variable)</c>: the context variable that holds the number of the current job.</summary>
    [UnmanagedCallersOnly]
    private static nint Ready(nint self, nint* args, nint count)
    {
        Py_IncRef(args[0]);
        ParentVariable = args[0];
        Interpreter.Ready();
        return NewNone();
    }

    /// <summary><c>fail(reason)</c>: no cell can be run; the reason answers them all.</summary>
    [UnmanagedCallersOnly]
    private static nint Fail(nint self, nint* args, nint count)
    {
        Interpreter.Fail(Encoding.UTF8.GetString(Text(args[0])));
        return NewNone();
    }

    /// <summary><c>follow_log(path)</c>: CASA is about to log to this file.</summary>
    [UnmanagedCallersOnly]
    private static nint FollowLog(nint self, nint* args, nint count)
    {
        FollowLogFile(Encoding.UTF8.GetString(Text(args[0])));
        return NewNone();
    }

    /// <summary><c>take(lane) -> None | [id, msg_type, header, metadata, content, [buffer, ...]]</c></summary>
    [UnmanagedCallersOnly]
    private static nint Take(nint self, nint* args, nint count)
    {
        if (Interpreter.Take(Encoding.UTF8.GetString(Text(args[0]))) is not { } job)
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

    /// <summary><c>complete(id, content, ok, execution_count)</c></summary>
    [UnmanagedCallersOnly]
    private static nint Complete(nint self, nint* args, nint count)
    {
        Interpreter.Complete(PyLong_AsLongLong(args[0]), new JobResult(
            Bytes(args[1]).ToArray(), PyLong_AsLongLong(args[2]) != 0, (int)PyLong_AsLongLong(args[3])));
        return NewNone();
    }

    /// <summary><c>publish(id, msg_type, content, metadata, [buffer, ...])</c></summary>
    [UnmanagedCallersOnly]
    private static nint Publish(nint self, nint* args, nint count)
    {
        var buffers = new byte[PyList_Size(args[4])][];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = Bytes(PyList_GetItem(args[4], i)).ToArray();
        }

        var type = Encoding.UTF8.GetString(Text(args[1]));
        Outbox.Post(Channel.Iopub, new Outgoing(type, Interpreter.ParentOf(PyLong_AsLongLong(args[0])), Bytes(args[2]).ToArray())
        {
            Metadata = Bytes(args[3]).ToArray(),
            Buffers = buffers,
            Identities = [Topic.Of(type)],
        });
        return NewNone();
    }

    [UnmanagedCallersOnly]
    private static nint WriteStdout(nint self, nint* args, nint count) => Write("stdout", args[0]);

    [UnmanagedCallersOnly]
    private static nint WriteStderr(nint self, nint* args, nint count) => Write("stderr", args[0]);

    /// <summary>
    /// The <c>write</c> of sys.stdout and sys.stderr. Called four times for a <c>print</c> of two values, so it does as
    /// little as it can.
    /// </summary>
    private static nint Write(string name, nint text)
    {
        nint length;
        var utf8 = PyUnicode_AsUTF8AndSize(text, &length);
        if (utf8 == null)
        {
            return WriteReplaced(name, text);
        }

        if (length > 0)
        {
            Outbox.Write(CurrentParent(), name, new ReadOnlySpan<byte>(utf8, (int)length));
            LetOthersRunWhileFull();
        }

        return PyLong_FromLongLong(PyUnicode_GetLength(text));
    }

    // Lone surrogates (from file names, say) are no UTF-8 and would make the whole message unreadable.
    private static nint WriteReplaced(string name, nint text)
    {
        fixed (byte* errors = Replace)
        {
            PyErr_Clear();
            var bytes = PyUnicode_AsEncodedString(text, null, errors);
            if (bytes == 0)
            {
                return 0;
            }

            Outbox.Write(CurrentParent(), name, Bytes(bytes));
            Py_DecRef(bytes);
            return PyLong_FromLongLong(PyUnicode_GetLength(text));
        }
    }

    private static void LetOthersRunWhileFull()
    {
        if (!Outbox.IsFull)
        {
            return;
        }

        var state = PyEval_SaveThread();
        while (Outbox.IsFull)
        {
            Outbox.WaitForRoom();
        }

        PyEval_RestoreThread(state);
    }

    /// <summary><c>ask_input(id, prompt, password) -> bool</c>: false if the front end takes no questions.</summary>
    [UnmanagedCallersOnly]
    private static nint AskInput(nint self, nint* args, nint count)
    {
        if (Interpreter.RequestOf(PyLong_AsLongLong(args[0])) is not { } request
            || Json.Read(request.Content, WireJson.Default.ExecuteRequest) is not { AllowStdin: true })
        {
            return PyLong_FromLongLong(0);
        }

        Interpreter.Stdin.Clear();
        var content = new InputRequest(Encoding.UTF8.GetString(Text(args[1])), PyLong_AsLongLong(args[2]) != 0);
        Outbox.Post(Channel.Stdin, new Outgoing(
            "input_request", request.HeaderJson, Json.Write(content, WireJson.Default.InputRequest))
        {
            Identities = request.Identities,
        });
        return PyLong_FromLongLong(1);
    }

    /// <summary><c>take_input() -> str | None</c></summary>
    [UnmanagedCallersOnly]
    private static nint TakeInput(nint self, nint* args, nint count) =>
        Interpreter.Stdin.Take() is { } value ? NewText(value) : NewNone();

    /// <summary><c>take_interrupt() -> bool</c></summary>
    [UnmanagedCallersOnly]
    private static nint TakeInterrupt(nint self, nint* args, nint count) =>
        PyLong_FromLongLong(Interpreter.TakeInterrupt() ? 1 : 0);

    private static byte[] CurrentParent()
    {
        nint value = 0;
        if (PyContextVar_Get(ParentVariable, 0, &value) != 0 || value == 0)
        {
            PyErr_Clear();
            return Outgoing.EmptyObject;
        }

        var id = PyLong_AsLongLong(value);
        Py_DecRef(value);
        return Interpreter.ParentOf(id);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlySpan<byte> Bytes(nint value)
    {
        byte* start;
        nint length;
        return PyBytes_AsStringAndSize(value, &start, &length) == 0 ? new ReadOnlySpan<byte>(start, (int)length) : [];
    }

    private static ReadOnlySpan<byte> Text(nint value)
    {
        nint length;
        var start = PyUnicode_AsUTF8AndSize(value, &length);
        return start == null ? [] : new ReadOnlySpan<byte>(start, (int)length);
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
