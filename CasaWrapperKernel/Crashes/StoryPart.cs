using System.Globalization;
using System.Text;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// A story in its parts. Those that hold what is the user's own (code, names of files and fields, paths) are marked, so
/// that they can be left out of what is sent to others.
/// </summary>
internal sealed record StoryPart(string Title, string Text, bool IsUsers)
{
    /// <summary>The parts of a story that are not empty.</summary>
    public static IReadOnlyList<StoryPart> Of(Story story)
    {
        List<StoryPart> parts =
        [
            new("What to do", string.Join('\n', Causes.Advice(story).Select(advice => $"- {advice}")), IsUsers: false),
            .. story.Running.Cells.Select(cell => new StoryPart(
                cell.Number > 0 ? $"Cell {cell.Number}" : "Cell of a subshell",
                $"since {Time(cell.Started)}\n{cell.Code}", IsUsers: true)),
            .. story.Running.Tasks.Select(task => new StoryPart(
                $"Parameters of {task.Name}", $"since {Time(task.Started)}\n{task.Arguments}", IsUsers: true)),
            new("Last lines of CASA's log", string.Join('\n', story.LogLines), IsUsers: true),
            new("Process", Process(story), IsUsers: false),
            new("Fault of casa-kernel", story.Fault, IsUsers: false),
            new("Python's stack", story.PythonStack, IsUsers: true),
            new("Native stack", story.NativeStack, IsUsers: true),
            new("Places", $"notebook {Named(story.Kernel.Notebook)}\nfolder {story.Kernel.Folder}\n"
                + $"CASA's log {story.Kernel.Log}\nPython {story.Kernel.Python}\nmachine {story.Kernel.Machine}\n"
                + $"user {story.Kernel.User}\nrecord {story.File}", IsUsers: true),
        ];
        return [.. parts.Where(part => part.Text.Length > 0)];
    }

    /// <summary>All of a story as text.</summary>
    /// <param name="withUserData">Whether the parts that are the user's own are in it, marked.</param>
    public static string Print(Story story, bool withUserData)
    {
        var parts = Of(story);
        var text = new StringBuilder($"{story.Summary}\n");
        foreach (var part in parts.Where(part => withUserData || !part.IsUsers))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{part.Title}{(part.IsUsers ? "  [yours]" : "")}\n");
            text.AppendJoin('\n', part.Text.Split('\n').Select(line => $"  {line}")).Append('\n');
        }

        var yours = string.Join(", ", parts.Where(part => part.IsUsers).Select(part => part.Title));
        return text.Append(withUserData
            ? $"\nThe parts marked [yours] ({yours}) hold code, paths or names of yours: look at them before you send "
                + "this to others, or leave them out with --without-user-data. The rest is safe to send.\n"
            : $"\nLeft out, since they hold code, paths or names of yours: {yours}. What is above is safe to send.\n")
            .ToString();
    }

    /// <summary>Such as "2026-11-30 12:00:00 UTC".</summary>
    public static string Time(DateTime time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    private static string Process(Story story) => string.Join('\n', new[]
    {
        $"casa-kernel {story.Kernel.Version}, process {story.Kernel.Process}",
        $"started {Time(story.Kernel.Started)}, ended {Time(story.Ended)}",
        story.Signal > 0 ? $"signal {story.Signal} {story.SignalDetails}" : "",
        story.Memory is { } memory
            ? $"memory {Causes.Bytes(memory.Used)} used, {Causes.Bytes(memory.Available)} available at "
                + Time(memory.Time)
            : "",
    }.Where(line => line.Length > 0));

    private static string Named(string name) => name.Length > 0 ? name : "unknown";
}
