using System.Runtime.InteropServices;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.PythonNet;

/// <summary>
/// What the program <c>python</c> does before it initialises the interpreter, and <c>Py_InitializeEx</c>, by which
/// Python.NET starts it, leaves to its host.
/// </summary>
internal static unsafe partial class PythonStart
{
    private const int LC_CTYPE = 0;
    private const int IONBF = 2;

    public static void Prepare(nint libpython)
    {
        ChooseUtf8(libpython);
        if (Variable("PYTHONUNBUFFERED") != "" && Libc.dlsym(0, "stdout") is not 0 and var stdout)
        {
            Libc.setvbuf(*(nint*)stdout, 0, IONBF, 0);
        }
    }

    // Where no locale is set, as in most containers, python works in UTF-8 (PEP 538 and 540); else ASCII would be the
    // encoding of files and their names.
    private static void ChooseUtf8(nint libpython)
    {
        var isLegacy = Marshal.PtrToStringUTF8(setlocale(LC_CTYPE, "")) is "C" or "POSIX";
        if (isLegacy && Variable("PYTHONCOERCECLOCALE") != "0" && Variable("LC_ALL") == "")
        {
            setenv("LC_CTYPE", "C.UTF-8", 1); // Environment.SetEnvironmentVariable would not reach C, nor Python
        }

        var asked = Variable("PYTHONUTF8");
        if ((asked == "1" || (isLegacy && asked != "0")) && Libc.dlsym(libpython, "Py_UTF8Mode") is not 0 and var mode)
        {
            *(int*)mode = 1;
        }
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint setlocale(int category, string locale);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
