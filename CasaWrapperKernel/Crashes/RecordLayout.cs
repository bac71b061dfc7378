namespace CasaWrapperKernel.Crashes;

/// <summary>
/// The places in a record file. Each part begins at its place with one line of JSON, which later ones overwrite; what
/// a dying process has still said comes at the end, as lines of text.
/// </summary>
internal static class RecordLayout
{
    public const int Kernel = 0;
    public const int Running = 8 << 10;
    public const int Memory = 40 << 10;
    public const int LastWords = 41 << 10;

    /// <summary>Begins the line with signal, code, address and thread.</summary>
    public const string Signal = "@signal ";

    /// <summary>Begins the line with the status of a process that C code has ended.</summary>
    public const string Exit = "@exit ";

    /// <summary>Stands above an exception of ours that nobody has caught, whose lines are indented.</summary>
    public const string Fault = "@fault";

    /// <summary>Stands above Python's stack.</summary>
    public const string Python = "@python";

    /// <summary>Stands above the native stack.</summary>
    public const string Native = "@native";

    /// <summary>Says that the system has ended processes for want of memory at the time.</summary>
    public const string OutOfMemory = "@oom";

    /// <summary>Says that a kernel has told its user.</summary>
    public const string Told = "@told";
}
