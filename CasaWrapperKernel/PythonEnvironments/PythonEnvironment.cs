using System.Text.Json;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonHost.Finding;

namespace CasaWrapperKernel.PythonEnvironments;

/// <summary>What a Python says of itself; it is the one that the kernel will host.</summary>
internal sealed record PythonEnvironment
{
    // The folder '' is out of the way, so that a user's own json.py does no harm. CASA is not imported: that takes
    // seconds and may fail.
    public const string Question = """
        import sys
        sys.path[:] = [folder for folder in sys.path if folder]
        import json
        def version(package):
            try:
                from importlib import metadata
                return metadata.version(package)
            except ImportError:
                return None
        print(json.dumps({"executable": sys.executable, "prefix": sys.prefix, "version": sys.version.split()[0],
                          "casa_version": version("casatasks"), "ipython_version": version("ipython")}))
        """;

    /// <summary>
    /// <c>sys.executable</c>: for a virtual environment the path inside it, for pyenv's script the real one.
    /// </summary>
    public required string Executable { get; set; }

    /// <summary><c>sys.prefix</c>.</summary>
    public required string Prefix { get; set; }

    /// <summary>Such as <c>3.11.7</c>.</summary>
    public required string Version { get; set; }

    /// <summary>The version of casatasks, or null if there is no CASA.</summary>
    public string? CasaVersion { get; set; }

    public string? IpythonVersion { get; set; }

    /// <summary>How the kernel is called in the menus of front ends if the user gives no name.</summary>
    public string DisplayName => NameWith("casa-kernel");

    /// <exception cref="UserException">It cannot be run, is too old, or what runs is not Python.</exception>
    public static PythonEnvironment Ask(PythonChoice choice)
    {
        var answer = PythonProcess.Run(choice.Path, ["-c", Question]);
        var found = Read(answer) ?? throw new UserException(
            $"{choice.Path} (from {choice.Source}) does not answer as a Python does; give --python the path of one.");
        return IsTooOld(found.Version)
            ? throw new UserException($"{found.Executable} (from {choice.Source}) is Python {found.Version}; "
                + "give --python one of version 3.10 or newer.")
            : found;
    }

    /// <returns>What <see cref="Question"/> was answered, or null if that was no Python's answer.</returns>
    public static PythonEnvironment? Read(string answer)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, PythonEnvironmentJson.Default.PythonEnvironment);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <param name="what">What the kernel comes by, in brackets.</param>
    public string NameWith(string what) =>
        $"{(CasaVersion is null ? "Python" : "CASA")} {MajorMinor(CasaVersion ?? Version)} ({what})";

    /// <summary>Asks the Python, and sees to it that the kernel can host it.</summary>
    /// <exception cref="UserException">It cannot be run, or has no shared library.</exception>
    public static PythonEnvironment AskHostable(string? asked)
    {
        var environment = Ask(PythonChoice.Find(asked));
        PythonLocation.Find(environment.Executable);
        return environment;
    }

    // PyErr_SetInterruptEx, without which no cell can be interrupted, came with 3.10.
    private static bool IsTooOld(string version) =>
        System.Version.TryParse(MajorMinor(version), out var number) && number < new System.Version(3, 10);

    private static string MajorMinor(string version) => string.Join('.', version.Split('.').Take(2));
}
