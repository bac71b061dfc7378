using System.Text.RegularExpressions;
using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.PythonEnvironments;

/// <summary>The Python of the environment that pip has installed the kernel into, if pip has.</summary>
internal static partial class PackagedPython
{
    /// <summary>The one of this program.</summary>
    public static string? Own { get; } = Of(Product.Program);

    /// <param name="program">The wheel puts it at <c>PREFIX/lib/casa-kernel/casa-kernel</c>.</param>
    /// <returns>Null if the program does not come from a wheel.</returns>
    public static string? Of(string program)
    {
        var command = Path.GetFullPath("../../bin/casa-kernel", Path.GetDirectoryName(Path.GetFullPath(program))!);
        if (!File.Exists(command) || Interpreter(command) is not { } named)
        {
            return null;
        }

        // The environment may have been moved; where it is per user (pip install --user), its folder has no Python.
        var beside = Path.Combine(Path.GetDirectoryName(command)!, "python3");
        return File.Exists(named) || !File.Exists(beside) ? named : beside;
    }

    // Installers write "#!/env/bin/python", or, where that is too long for the system, a second line for the shell.
    private static string? Interpreter(string script)
    {
        var lines = File.ReadLines(script).Take(2).ToArray();
        var first = lines is [var line, ..] && line.StartsWith("#!", StringComparison.Ordinal) ? line[2..].Trim()
            : null;
        return first == "/bin/sh" ? ForTheShell().Match(lines[^1]) is { Success: true } match ? match.Groups[1].Value
            : null : first;
    }

    [GeneratedRegex("""^'''exec' ["']?(.+?)["']? "\$0" """)]
    private static partial Regex ForTheShell();
}
