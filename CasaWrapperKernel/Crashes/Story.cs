using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace CasaWrapperKernel.Crashes;

/// <summary>What a record tells of the end of its kernel.</summary>
internal sealed record Story
{
    private const int LastLogLines = 40;

    /// <summary>The record.</summary>
    public required string File { get; init; }

    public required KernelNote Kernel { get; init; }

    public required RunningNote Running { get; init; }

    public MemoryNote? Memory { get; init; }

    /// <summary>When the process ended, as far as the record can tell; in UTC.</summary>
    public required DateTime Ended { get; init; }

    /// <summary>The signal that it has told of itself; 0 without.</summary>
    public int Signal { get; init; }

    /// <summary>The rest of what the system said of the signal; "" without.</summary>
    public string SignalDetails { get; init; } = "";

    /// <summary>The status that C code has ended the process with, or null.</summary>
    public int? Exit { get; init; }

    /// <summary>An exception of the kernel's own that nobody has caught; "" without.</summary>
    public string Fault { get; init; } = "";

    /// <summary>The stacks of Python's threads; "" without.</summary>
    public string PythonStack { get; init; } = "";

    /// <summary>The stack of the thread that met its end; "" without.</summary>
    public string NativeStack { get; init; } = "";

    /// <summary>Whether a kernel has shown it to its user.</summary>
    public bool IsTold { get; init; }

    /// <summary>Whether the system has ended processes for want of memory since this kernel last looked.</summary>
    public bool IsOutOfMemory { get; init; }

    /// <summary>The last lines of CASA's log, if it is still there.</summary>
    public IReadOnlyList<string> LogLines { get; init; } = [];

    /// <summary>In one sentence: what has happened.</summary>
    public string Summary => $"The kernel has ended {Where}: {Causes.Of(this)}.";

    /// <summary>Such as "in cell 3, while flagdata ran".</summary>
    public string Where
    {
        get
        {
            var cell = Running.Cells.Count == 0 ? "between cells"
                : Running.Cells[^1] is { Number: > 0 } last ? $"in cell {last.Number}" : "in a cell of a subshell";
            return Running.Tasks.Count == 0 ? cell : $"{cell}, while {Running.Tasks[^1].Name} ran";
        }
    }

    /// <returns>Null if the file is no record, or cannot be read.</returns>
    public static Story? Read(string path)
    {
        try
        {
            using var stream = new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes.Length < RecordLayout.LastWords
                || Note(bytes, RecordLayout.Kernel, RecordJson.Default.KernelNote) is not { } kernel
                ? null
                : Parse(path, bytes, kernel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static Story Parse(string path, byte[] bytes, KernelNote kernel)
    {
        var parts = Parts(Encoding.UTF8.GetString(bytes.AsSpan(RecordLayout.LastWords)));
        var memory = Note(bytes, RecordLayout.Memory, RecordJson.Default.MemoryNote);
        var signal = parts.GetValueOrDefault("signal", "").Split(' ', 2);
        return new Story
        {
            File = path,
            Kernel = kernel,
            Running = Note(bytes, RecordLayout.Running, RecordJson.Default.RunningNote) ?? new RunningNote([], []),
            Memory = memory,
            Ended = System.IO.File.GetLastWriteTimeUtc(path),
            Signal = Number(signal[0]) ?? 0,
            SignalDetails = signal is [_, var details] ? details.Trim() : "",
            Exit = Number(parts.GetValueOrDefault("exit", "").Trim()),
            Fault = parts.GetValueOrDefault("fault", "").Trim(),
            PythonStack = CurrentFirst(parts.GetValueOrDefault("python", "").Trim()),
            NativeStack = parts.GetValueOrDefault("native", "").Trim(),
            IsTold = parts.ContainsKey("told"),
            IsOutOfMemory = parts.ContainsKey("oom"),
            LogLines = Tail(kernel.Log),
        };
    }

    // Lines that begin with @ name what follows, on the same line or below.
    private static Dictionary<string, string> Parts(string text)
    {
        var parts = new Dictionary<string, string>();
        foreach (var part in ("\n" + text).Split("\n@").Skip(1))
        {
            var name = new string([.. part.TakeWhile(char.IsAsciiLetter)]);
            parts.TryAdd(name, part[name.Length..].TrimStart(' '));
        }

        return parts;
    }

    // faulthandler lists the thread that has met its end last.
    private static string CurrentFirst(string stack)
    {
        const string Current = "Current thread";
        return string.Join(
            "\n\n", stack.Split("\n\n").OrderBy(thread => !thread.StartsWith(Current, StringComparison.Ordinal)));
    }

    private static int? Number(string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static T? Note<T>(byte[] record, int place, JsonTypeInfo<T> type)
        where T : class
    {
        var line = record.AsSpan(place);
        line = line[..Math.Max(0, line.IndexOf((byte)'\n'))];
        try
        {
            return line.Length == 0 || line[0] == 0 ? null : JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null; // it was being written
        }
    }

    private static IReadOnlyList<string> Tail(string log)
    {
        const int Most = 16 << 10;
        try
        {
            using var stream = new FileStream(
                log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(Math.Max(0, stream.Length - Most), SeekOrigin.Begin);
            using var reader = new StreamReader(stream);
            return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(LastLogLines)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }
}
