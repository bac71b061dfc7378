using CasaWrapperKernel.Jupyter;


namespace CasaWrapperKernel.PythonEnvironments;

/// <summary>The Python that a command is to work with, before anybody has looked at it.</summary>
/// <param name="Path">Absolute path of something that starts a Python; it may be a script of pyenv's.</param>
/// <param name="Source">What it was chosen by.</param>
internal sealed record PythonChoice(string Path, string Source)
{
    /// <param name="asked">What the user gave as --python: a path, a name to be found on PATH, or the folder of an
    /// environment. Null to take the environment that is active.</param>
    /// <exception cref="UserException">There is none.</exception>
    public static PythonChoice Find(string? asked)
    {
        var choice = Named(asked, "--python")
            ?? Named(Variable("CASA_PYTHON"), "CASA_PYTHON")
            ?? Named(PackagedPython.Own, "the environment that casa-kernel was installed into")
            ?? Named(Variable("VIRTUAL_ENV"), "VIRTUAL_ENV")
            ?? Named(Variable("CONDA_PREFIX"), "CONDA_PREFIX")
            ?? OfMonolithicCasa()
            ?? Named(OnPath("python3"), "python3 on PATH")
            ?? throw new UserException(
                "No Python was found; give --python the path of the python in your CASA environment.");
        return File.Exists(choice.Path)
            ? choice
            : throw new UserException($"There is no Python at {choice.Path} (from {choice.Source}); "
                + "give --python the path of the python in your CASA environment.");
    }

    private static PythonChoice? Named(string? name, string source)
    {
        if (name is null)
        {
            return null;
        }

        var path = System.IO.Path.GetFullPath(name.Contains('/') ? name : OnPath(name) ?? name);
        return new PythonChoice(Directory.Exists(path) ? System.IO.Path.Combine(path, "bin", "python3") : path, source);
    }

    // The downloaded CASA brings its own Python: <casa>/bin/casa, <casa>/lib/py/bin/python3.
    private static PythonChoice? OfMonolithicCasa()
    {
        if (OnPath("casa") is not { } casa)
        {
            return null;
        }

        var real = File.ResolveLinkTarget(casa, returnFinalTarget: true)?.FullName ?? casa;
        var python = System.IO.Path.GetFullPath("../../lib/py/bin/python3", real);
        return File.Exists(python) ? new PythonChoice(python, $"{casa} on PATH") : null;
    }

    /// <returns>The program of that name on PATH, or null.</returns>
    public static string? OnPath(string name) => (Variable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => System.IO.Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
