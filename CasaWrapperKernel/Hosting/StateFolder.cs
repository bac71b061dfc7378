using System.Globalization;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// Where the kernel keeps what it writes by itself: <c>$XDG_STATE_HOME/casa-kernel</c>, else the temporary folder.
/// </summary>
internal static class StateFolder
{
    /// <summary>A new name for the session's CASA log; CASA makes the file.</summary>
    public static string NewCasaLogFile()
    {
        var name = $"casa-{DateTime.UtcNow.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}-{Environment.ProcessId}.log";
        return Path.Combine(Folder(), name);
    }

    /// <summary>The folder that outlives the session, or null if none can be written.</summary>
    public static string? Lasting()
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string?[] wanted =
        [
            string.IsNullOrEmpty(state) ? null : Path.Combine(state, "casa-kernel"),
            string.IsNullOrEmpty(home) ? null : Path.Combine(home, ".local", "state", "casa-kernel"),
        ];
        return wanted.OfType<string>().FirstOrDefault(CanWrite);
    }

    private static string Folder() => Lasting() ?? Directory.CreateTempSubdirectory("casa-kernel-").FullName;

    private static bool CanWrite(string folder)
    {
        try
        {
            Directory.CreateDirectory(
                folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var probe = Path.Combine(folder, $".probe-{Environment.ProcessId}");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
