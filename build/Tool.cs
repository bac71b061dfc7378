using System.ComponentModel;
using CliWrap;
using CliWrap.Buffered;

namespace Build;

/// <summary>Runs programs, with their output going where ours goes.</summary>
internal static class Tool
{
    /// <summary>Whether a program is on PATH.</summary>
    public static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <exception cref="BuildException">The program is not there or has failed.</exception>
    public static async Task Run(
        string program, string[] arguments, CancellationToken stop, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var status = await Try(program, arguments, stop, environment);
        if (status != 0)
        {
            throw new BuildException($"'{program} {string.Join(' ', arguments)}' failed with exit status {status}.");
        }
    }

    /// <returns>The exit status; 127 if the program is not there.</returns>
    public static async Task<int> Try(
        string program, string[] arguments, CancellationToken stop, IReadOnlyDictionary<string, string?>? environment = null,
        string? folder = null)
    {
        await using var output = Console.OpenStandardOutput();
        await using var error = Console.OpenStandardError();
        try
        {
            var result = await Cli.Wrap(program).WithArguments(arguments)
                .WithEnvironmentVariables(environment ?? new Dictionary<string, string?>())
                .WithWorkingDirectory(folder ?? Folders.Root)
                .WithStandardOutputPipe(PipeTarget.ToStream(output))
                .WithStandardErrorPipe(PipeTarget.ToStream(error))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(stop);
            return result.ExitCode;
        }
        catch (Win32Exception)
        {
            return 127;
        }
    }

    /// <returns>What the program printed, trimmed, or null if it is not there or has failed.</returns>
    public static async Task<string?> Output(string program, string[] arguments, CancellationToken stop)
    {
        try
        {
            var result = await Cli.Wrap(program).WithArguments(arguments)
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(stop);
            return result.ExitCode == 0 ? result.StandardOutput.Trim() : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

/// <summary>The build cannot go on; the message is one sentence that says why and what to do.</summary>
internal sealed class BuildException(string message) : Exception(message);
