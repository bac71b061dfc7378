using System.Text;
using System.Text.Json.Serialization.Metadata;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.PythonHost.Native;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// The record of this kernel: a small file that says at any time what runs, so that it can still be read when the
/// process has died, of whatever. Written by single system calls into the system's cache, never synced. An orderly end
/// removes it.
/// </summary>
internal sealed class BlackBox : ITaskObserver
{
    private const int MostCode = 2000;
    private const int MostCodeLines = 12;

    private static readonly byte[] Nothing = "{\"cells\":[],\"tasks\":[]}\n"u8.ToArray();

    private readonly Lock _gate = new();
    private readonly List<CellNote> _cells = [];
    private readonly List<byte[]> _headers = [];
    private readonly List<TaskNote> _tasks = [];
    private SafeFileHandle? _file;

    /// <param name="path">The file to make; null where there is none to be kept.</param>
    public BlackBox(string? path, KernelNote kernel)
    {
        (Path, Kernel) = (path, kernel);
        if (path is null)
        {
            return;
        }

        try
        {
            _file = Open(path, FileMode.CreateNew);
            File.SetUnixFileMode(_file, UnixFileMode.UserRead | UnixFileMode.UserWrite); // the user's code is in it
            RandomAccess.SetLength(_file, RecordLayout.LastWords);
            RecordLock.Hold(_file);
            Appending = Open(path, FileMode.Open);
            Libc.fcntl(Descriptor, Libc.F_SETFL, Libc.fcntl(Descriptor, Libc.F_GETFL, 0) | Libc.O_APPEND);
            Write(RecordLayout.Kernel, kernel, RecordJson.Default.KernelNote);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _file = null; // a full or read-only disk: a kernel without a record works as well
        }
    }

    public string? Path { get; }

    public KernelNote Kernel { get; }

    /// <summary>What is written to it comes at the end of the record; -1 without one.</summary>
    public int Descriptor => Appending is { } file ? (int)file.DangerousGetHandle() : -1;

    /// <summary>Header JSON of the requests whose cells run.</summary>
    public IReadOnlyList<byte[]> Running
    {
        get
        {
            lock (_gate)
            {
                return [.. _headers];
            }
        }
    }

    private SafeFileHandle? Appending { get; }

    /// <summary>A cell starts.</summary>
    /// <param name="number">0 if it is not known.</param>
    public void CellStarts(Cell cell, int number) => Change(() =>
    {
        _cells.Add(new CellNote(
            cell.Message.Header.MsgId, number, FirstLines(cell.Content.Code), DateTime.UtcNow));
        _headers.Add(cell.Message.HeaderJson);
    });

    /// <summary>A cell has ended.</summary>
    public void CellEnds(Cell cell) => Change(() =>
    {
        _cells.RemoveAll(running => running.Request == cell.Message.Header.MsgId);
        _headers.Remove(cell.Message.HeaderJson);
    });

    public void TaskBegins(long call, string name, string arguments) => Change(() =>
        _tasks.Add(new TaskNote(call, name, arguments, DateTime.UtcNow)));

    public void TaskEnds(long call) => Change(() => _tasks.RemoveAll(task => task.Call == call));

    /// <summary>Notes how much memory there is.</summary>
    public void Note(MemoryNote memory) => Write(RecordLayout.Memory, memory, RecordJson.Default.MemoryNote);

    /// <summary>An exception that ends the process.</summary>
    public void Note(Exception fault)
    {
        if (Appending is { } file)
        {
            var text = $"\n{RecordLayout.Fault}\n {fault.ToString().ReplaceLineEndings("\n ")}\n";
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(text), 0);
        }
    }

    /// <summary>The kernel ends because somebody wants that: there is nothing to tell.</summary>
    public void Remove()
    {
        lock (_gate)
        {
            if (_file is not null && Path is { } path)
            {
                _file = null;
                File.Delete(path);
            }
        }
    }

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            if (_cells.Count + _tasks.Count == 0)
            {
                Write(RecordLayout.Running, Nothing); // after every cell, so it is not made anew
            }
            else
            {
                Write(RecordLayout.Running, new RunningNote(_cells, _tasks), RecordJson.Default.RunningNote);
            }
        }
    }

    private void Write<T>(int place, T note, JsonTypeInfo<T> type) =>
        Write(place, [.. Json.Write(note, type), (byte)'\n']);

    private void Write(int place, ReadOnlySpan<byte> line)
    {
        if (_file is not { } file)
        {
            return;
        }

        try
        {
            RandomAccess.Write(file, line, place);
        }
        catch (IOException)
        {
            // A full disk: what was noted before stands.
        }
    }

    private static SafeFileHandle Open(string path, FileMode mode) => File.OpenHandle(
        path, mode, mode == FileMode.CreateNew ? FileAccess.ReadWrite : FileAccess.Write,
        FileShare.ReadWrite | FileShare.Delete);

    private static string FirstLines(string code)
    {
        var end = 0;
        for (var line = 0; line < MostCodeLines && end >= 0; line++)
        {
            end = code.IndexOf('\n', end) + 1;
            if (end == 0)
            {
                end = code.Length;
                break;
            }
        }

        return end >= code.Length && code.Length <= MostCode ? code : code[..Math.Min(end, MostCode)] + "...";
    }
}
