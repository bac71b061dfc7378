using System.Text;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Lanes;
using static CasaWrapperKernel.PythonHost.CApi.PythonApi;
using static CasaWrapperKernel.PythonHost.CApi.PythonValues;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>What each function of <c>_casa_host</c> does: takes the arguments apart and asks the kernel.</summary>
internal static unsafe class HostCalls
{
    // Of a text that is printed; then there must be room for more.
    private const int MostAtOnce = 1 << 20;

    private static nint ParentVariable;

    /// <summary>One for the process, since CPython calls static functions.</summary>
    public static HostServices Host { get; set; } = null!;

    public static nint Settings(nint* args) => NewText(Host.Settings);

    public static nint Ready(nint* args)
    {
        Py_IncRef(args[0]);
        ParentVariable = args[0];
        Host.Interrupts.Ready();
        Host.Ready();
        return NewNone();
    }

    public static nint Fail(nint* args)
    {
        Host.Jobs.Fail(Text(args[0]));
        return NewNone();
    }

    public static nint Log(nint* args) =>
        NewText(Host.Log(Host.Jobs.ParentOf(Id(args[0])).Header, Text(args[1]), Text(args[2])));

    // It reads files: other threads of Python run meanwhile.
    public static nint Recompute(nint* args)
    {
        var (command, argument) = (Text(args[0]), Text(args[1]));
        var state = PyEval_SaveThread();
        string answer;
        try
        {
            answer = Host.Recompute(command, argument);
        }
        finally
        {
            PyEval_RestoreThread(state);
        }

        return NewText(answer);
    }

    /// <returns><c>None | [id, msg_type, header, metadata, content, [buffer, ...]]</c></returns>
    public static nint Take(nint* args)
    {
        if (Host.Jobs.Take(Text(args[0])) is not { } job)
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

    public static nint Complete(nint* args)
    {
        Host.Output.Complete(
            Id(args[0]), new JobResult(Bytes(args[1]).ToArray(), Number(args[2]) != 0, Number(args[3])));
        return NewNone();
    }

    public static nint Publish(nint* args)
    {
        var buffers = new byte[PyList_Size(args[4])][];
        for (var i = 0; i < buffers.Length; i++)
        {
            buffers[i] = Bytes(PyList_GetItem(args[4], i)).ToArray();
        }

        Host.Output.Publish(Id(args[0]), Text(args[1]), Joined(args[2]), Bytes(args[3]).ToArray(), buffers);
        return WaitWhileFull() ? NewNone() : 0;
    }

    // The names are constants, since the outbox knows streams by reference; it makes one message of writes to the same.
    public static nint WriteStdout(nint* args) => Write("stdout", args[0]);

    public static nint WriteStderr(nint* args) => Write("stderr", args[0]);

    public static nint AskInput(nint* args) =>
        PyLong_FromLongLong(Host.Questions.Ask(Id(args[0]), Text(args[1]), password: Number(args[2]) != 0));

    public static nint TakeInput(nint* args) =>
        Host.Questions.Take(Number(args[0])) is { } value ? NewText(value) : NewNone();

    public static nint EndInput(nint* args)
    {
        Host.Questions.End(Number(args[0]));
        return NewNone();
    }

    public static nint TakeInterrupt(nint* args) => PyLong_FromLongLong(Host.Interrupts.Take() ? 1 : 0);

    // A print of two values calls this four times, so it does as little as it can.
    private static nint Write(string stream, nint text)
    {
        nint length;
        var utf8 = PyUnicode_AsUTF8AndSize(text, &length);
        var bytes = utf8 == null ? ReplacedOrRefused(text) : new ReadOnlySpan<byte>(utf8, (int)length);
        var request = CurrentRequest();
        while (true)
        {
            var piece = StreamText.PieceLength(bytes, MostAtOnce);
            Host.Output.Write(request, stream, bytes[..piece]);
            bytes = bytes[piece..];
            if (!WaitWhileFull())
            {
                return 0;
            }

            if (bytes.IsEmpty)
            {
                return PyLong_FromLongLong(PyUnicode_GetLength(text));
            }
        }
    }

    private static byte[] ReplacedOrRefused(nint text)
    {
        try
        {
            return Replaced(text);
        }
        catch (PythonErrorException)
        {
            PyErr_Clear();
            var type = PyObject_Type(text);
            var name = PyObject_Str(type);
            fixed (byte* reason = Encoding.UTF8.GetBytes($"write() argument must be str, not {Text(name)}\0"))
            {
                PyErr_SetString(TypeError, reason);
            }

            Py_DecRef(name);
            Py_DecRef(type);
            throw;
        }
    }

    /// <summary>Lets other threads run while there is no room for more.</summary>
    /// <returns>False if an interrupt has come, which is Python's error then.</returns>
    private static bool WaitWhileFull()
    {
        while (Host.Output.IsFull)
        {
            var state = PyEval_SaveThread();
            Host.Output.WaitForRoom();
            PyEval_RestoreThread(state);
            if (PyErr_CheckSignals() != 0)
            {
                return false;
            }
        }

        return true;
    }

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
}
