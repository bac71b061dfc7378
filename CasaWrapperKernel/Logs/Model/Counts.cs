using System.Globalization;
using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Logs.Model;

/// <summary>How many lines, warnings and errors there are; a message of several lines is one warning.</summary>
internal sealed class Counts
{
    public int Lines { get; private set; }

    public int Warnings { get; private set; }

    public int Errors { get; private set; }

    public void Add(LogLine line)
    {
        Lines++;
        if (!line.Continues)
        {
            Warnings += line.IsWarning ? 1 : 0;
            Errors += line.IsSevere ? 1 : 0;
        }
    }

    /// <summary>For example "57 lines, 2 warnings, 1 error".</summary>
    public override string ToString() => Text(Lines, "line")
        + (Warnings > 0 ? ", " + Text(Warnings, "warning") : "")
        + (Errors > 0 ? ", " + Text(Errors, "error") : "");

    public static string Text(int number, string noun) => $"{Text(number)} {noun}{(number == 1 ? "" : "s")}";

    public static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
