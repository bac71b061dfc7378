using System.Runtime.CompilerServices;
using System.Text;
using static CasaWrapperKernel.PythonHost.CApi.PythonApi;

namespace CasaWrapperKernel.PythonHost.CApi;

/// <summary>Python's values as .NET's, and back. The caller holds the GIL; what is new belongs to it.</summary>
internal static unsafe class PythonValues
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> Bytes(nint value)
    {
        byte* start;
        nint length;
        return PyBytes_AsStringAndSize(value, &start, &length) == 0 ? new ReadOnlySpan<byte>(start, (int)length) : [];
    }

    /// <exception cref="PythonErrorException">It is no text.</exception>
    public static string Text(nint value)
    {
        nint length;
        var utf8 = PyUnicode_AsUTF8AndSize(value, &length);
        return Encoding.UTF8.GetString(utf8 == null ? Replaced(value) : new ReadOnlySpan<byte>(utf8, (int)length));
    }

    /// <summary>
    /// Lone surrogates (from file names, say) are no UTF-8 and would make a whole message unreadable.
    /// </summary>
    /// <exception cref="PythonErrorException">It is no text.</exception>
    public static byte[] Replaced(nint text)
    {
        fixed (byte* errors = "replace\0"u8)
        {
            PyErr_Clear();
            var bytes = PyUnicode_AsEncodedString(text, null, errors);
            if (bytes == 0)
            {
                throw new PythonErrorException();
            }

            var copy = Bytes(bytes).ToArray();
            Py_DecRef(bytes);
            return copy;
        }
    }

    public static int Number(nint value) => (int)PyLong_AsLongLong(value);

    public static long Id(nint value) => PyLong_AsLongLong(value);

    private static ReadOnlySpan<byte> Utf8(nint value)
    {
        nint length;
        var start = PyUnicode_AsUTF8AndSize(value, &length);
        return start == null ? [] : new ReadOnlySpan<byte>(start, (int)length);
    }

    // A list of bytes and, by turns, of text: a picture of megabytes is copied here for the first time.
    public static byte[] Joined(nint parts)
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

    public static nint NewBytes(byte[] value)
    {
        fixed (byte* start = value)
        {
            return PyBytes_FromStringAndSize(start, value.Length);
        }
    }

    public static nint NewText(string value)
    {
        var utf8 = Encoding.UTF8.GetBytes(value);
        fixed (byte* start = utf8)
        {
            return PyUnicode_FromStringAndSize(start, utf8.Length);
        }
    }

    public static nint NewNone()
    {
        Py_IncRef(None);
        return None;
    }
}

/// <summary>A call of Python's has failed, and has set Python's own error.</summary>
internal sealed class PythonErrorException : Exception;
