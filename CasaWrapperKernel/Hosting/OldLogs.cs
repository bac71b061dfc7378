using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Hosting;

/// <summary>
/// Where CASA_KERNEL_KEEP_LOGS is a number of days, removes the CASA logs of sessions that have ended: those in the
/// state folder that nobody has written to for so long. The home may be shared with kernels of other machines.
/// </summary>
/// <param name="log">This session's.</param>
internal sealed partial class OldLogs(string log, ILogger logger)
{
    private const string Variable = "CASA_KERNEL_KEEP_LOGS";
    private static readonly TimeSpan BetweenSigns = TimeSpan.FromHours(6);

    /// <summary>
    /// [casa-old-logs] Removes old logs; then only tells other machines now and then that this one is in use.
    /// </summary>
    public void Run()
    {
        Remove();
        while (true)
        {
            Thread.Sleep(BetweenSigns);
            GiveSign();
        }
    }

    /// <summary>Removes old logs.</summary>
    public void Remove()
    {
        if (DaysToKeep() is not { } days)
        {
            return;
        }

        try
        {
            foreach (var file in new DirectoryInfo(Path.GetDirectoryName(log)!).EnumerateFiles("casa-*"))
            {
                if (file.LastWriteTimeUtc < DateTime.UtcNow.AddDays(-days) && file.LinkTarget is null
                    && HasEnded(file.Name))
                {
                    file.Delete();
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogStay(logger, log, e);
        }
    }

    /// <summary>Makes the log of a session that has logged nothing for weeks look new.</summary>
    public void GiveSign()
    {
        try
        {
            if (File.Exists(log))
            {
                File.SetLastWriteTimeUtc(log, DateTime.UtcNow);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogLooksOld(logger, log, e);
        }
    }

    /// <returns>Null if all are to be kept.</returns>
    private int? DaysToKeep()
    {
        var wanted = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(wanted))
        {
            return null;
        }

        // Of less than a day the kernels of other machines could not give a sign in time.
        if (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && days is > 0 and < 100_000)
        {
            return days;
        }

        if (!wanted.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            LogKeepsAll(logger, Variable, wanted);
        }

        return null;
    }

    /// <summary>
    /// Whether the name is one that a kernel gives, and no process of this machine has that kernel's number.
    /// </summary>
    private static bool HasEnded(string name) =>
        LogName().Match(name) is { Success: true } match && !Directory.Exists($"/proc/{match.Groups[1].Value}");

    /// <summary>Those of <see cref="StateFolder.NewCasaLogFile"/>.</summary>
    [GeneratedRegex(@"^casa-[0-9]{8}-[0-9]{6}-([0-9]+)\.(log|missed-[0-9]+\.txt)$")]
    private static partial Regex LogName();

    [LoggerMessage(Level = LogLevel.Information, Message = "Old logs beside {Log} stay.")]
    private static partial void LogStay(ILogger logger, string log, Exception e);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Log} looks older than it is.")]
    private static partial void LogLooksOld(ILogger logger, string log, Exception e);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Variable} is '{Value}', so all logs are kept: say a number of days from 1 on, or all.")]
    private static partial void LogKeepsAll(ILogger logger, string variable, string value);
}
