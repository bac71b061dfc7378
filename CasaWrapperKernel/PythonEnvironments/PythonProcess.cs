using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using CasaWrapperKernel.Jupyter;

namespace CasaWrapperKernel.PythonEnvironments;

/// <summary>
/// Runs a Python to ask it something. For the commands only: in the process of a running kernel .NET's Process class
/// would take SIGCHLD, and with it the exit statuses of the user's own child processes, from Python.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage(
    "ApiDesign", "RS0030", Justification = "Here is the one place that may.")]
internal static partial class PythonProcess
{
    // Doctor imports CASA and unpacks its programs, on file systems that may be slow.
    private static readonly TimeSpan MostTime = TimeSpan.FromMinutes(2);

    /// <param name="change">What to change in how the process is started, for example its environment.</param>
    /// <returns>The JSON that it printed last, so that what a sitecustomize prints before does no harm.</returns>
    /// <exception cref="UserException">It cannot be started, fails, or takes too long.</exception>
    public static string Run(string python, IEnumerable<string> arguments, Action<ProcessStartInfo>? change = null)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        change?.Invoke(start);
        using var process = new Process { StartInfo = start };
        var lastError = "it printed no reason";
        process.ErrorDataReceived += (_, line) =>
            lastError = Colour().Replace(line.Data ?? "", "").Trim() is { Length: > 0 } text ? text : lastError;
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            throw new UserException(
                $"{python} cannot be run ({ReasonOf(e)}); give --python a Python that you can start.");
        }

        process.StandardInput.Close();
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!Task.WhenAll(output, process.WaitForExitAsync()).Wait(MostTime))
        {
            process.Kill(entireProcessTree: true);
            throw new UserException(
                $"{python} did not answer within {MostTime.TotalSeconds} s ({lastError}); see whether it starts by itself.");
        }

        return process.ExitCode == 0
            ? JsonAtEnd(output.Result)
            : throw new UserException(
                $"{python} failed with exit status {process.ExitCode} ({lastError}); see whether it starts by itself.");
    }

    // A value on one line, or one that is indented: then its first and last lines are brackets alone.
    private static string JsonAtEnd(string text)
    {
        var lines = text.TrimEnd().Split('\n');
        var first = lines[^1] == "]" ? Array.LastIndexOf(lines, "[") : lines.Length - 1;
        return string.Join('\n', lines.Skip(first));
    }

    // .NET's own text repeats the path and adds the working directory.
    private static string ReasonOf(Win32Exception e) => new Win32Exception(e.NativeErrorCode).Message;

    // Apptainer ends its last line with one, on a line of its own.
    [GeneratedRegex(@"\x1b\[[0-9;]*m")]
    private static partial Regex Colour();
}
