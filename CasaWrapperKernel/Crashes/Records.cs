using System.Globalization;
using System.Text;
using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Crashes;

/// <summary>The records in the state folder.</summary>
internal static class Records
{
    private const int MostKept = 20;
    private const string Pattern = "kernel-*.crash";

    /// <summary>A name for the record of this process, or null if there is no folder that lasts.</summary>
    public static string? NewFile() => StateFolder.Lasting() is { } folder
        ? Path.Combine(folder, $"kernel-{DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}"
            + $"-{Environment.ProcessId}.crash")
        : null;

    /// <summary>The stories of kernels that are dead, the newest first.</summary>
    /// <param name="own">The record of this process, which stays closed: to close it would give back its lock.</param>
    public static IEnumerable<Story> Dead(string? own) => Files()
        .Where(path => path != own && IsDead(path)).Select(Story.Read).OfType<Story>()
        .OrderByDescending(story => story.Ended);

    /// <summary>Removes all but the newest records of dead kernels.</summary>
    public static void Forget(string? own)
    {
        foreach (var old in Dead(own).Skip(MostKept).ToList())
        {
            File.Delete(old.File);
        }
    }

    /// <summary>Adds a line to a record, which stays as old as it was.</summary>
    public static void Add(Story story, string line)
    {
        using var file = new FileStream(story.File, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        file.Write(Encoding.UTF8.GetBytes($"\n{line}\n"));
        file.Flush();
        File.SetLastWriteTimeUtc(story.File, story.Ended);
    }

    private static IEnumerable<string> Files() =>
        StateFolder.Lasting() is { } folder ? Directory.EnumerateFiles(folder, Pattern) : [];

    private static bool IsDead(string path)
    {
        try
        {
            using var file = File.OpenHandle(
                path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
            return !RecordLock.IsHeld(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
