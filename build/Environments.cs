namespace Build;

/// <summary>
/// Finds or makes the Python to work with: an existing CASA, else a wheelhouse, else PyPI; and Debian's packages for the
/// quick look without CASA.
/// </summary>
internal static class Environments
{
    // Looked for and not imported: importing CASA takes seconds and leaves a log file where it happens.
    private const string HasCasa = "import sys, importlib.util as u; "
        + "all(map(u.find_spec, ['casatasks', 'casatools', 'nbclient', 'nbconvert'])) or sys.exit(1); print(sys.executable)";

    private const string HasQuicklook = "import casacore.tables, matplotlib, IPython, nbclient, nbconvert";
    private static readonly string[] DebianPackages =
    [
        "python3-casacore", "python3-matplotlib", "python3-ipython", "python3-nbclient", "python3-nbconvert", "python3-pytest",
        "libpython3.11",
    ];

    private static readonly string[] PypiPackages =
    [
        "casatools", "casatasks", "casashell", "casaplotms", "casaviewer", "casalogger", "six", "protobuf<3.21", "numpy<2.4",
        "jupyterlab", "nbclient", "nbconvert", "papermill", "ipykernel", "ipywidgets", "ipympl", "jupyter_console", "pytest",
        "jupyter_kernel_test",
    ];

    /// <returns>An environment with CASA, or null if none can be had here.</returns>
    public static async Task<PythonEnvironment?> WithCasa(CancellationToken stop) =>
        await Existing(stop) ?? await FromWheelhouse(stop) ?? await FromPypi(stop);

    /// <summary>Debian's Python with python-casacore.</summary>
    /// <returns>Null if it is not there and cannot be installed.</returns>
    public static async Task<PythonEnvironment?> WithoutCasa(CancellationToken stop)
    {
        const string Python = "/usr/bin/python3";
        if (await Tool.Output(Python, ["-I", "-c", HasQuicklook], stop) is null)
        {
            await Debian.Install(DebianPackages, stop);
        }

        return await Tool.Output(Python, ["-I", "-c", HasQuicklook], stop) is null
            ? null
            : new PythonEnvironment(Python, HasCasa: false, "Debian's packages");
    }

    /// <summary>What a user can do when neither can be had.</summary>
    public static BuildException Nothing() => new(
        "there is no Python to work with; set CASA_PYTHON to the python of a CASA environment with nbconvert, or CASA_BUNDLE "
        + $"to a CASA wheelhouse, or install Debian's packages: apt-get install {string.Join(' ', DebianPackages)}");

    private static async Task<PythonEnvironment?> Existing(CancellationToken stop)
    {
        foreach (var python in (string?[])[Environment.GetEnvironmentVariable("CASA_PYTHON"), "python3"])
        {
            if (python is not null
                && await Tool.Output(python, ["-c", HasCasa], stop) is { } executable)
            {
                return new PythonEnvironment(executable, HasCasa: true, "an existing CASA environment");
            }
        }

        if (Environment.GetEnvironmentVariable("CASA_PYTHON") is { } named)
        {
            Console.WriteLine($"Not used, since it lacks casatasks, casatools, nbclient or nbconvert: CASA_PYTHON={named}");
        }

        return null;
    }

    private static async Task<PythonEnvironment?> FromWheelhouse(CancellationToken stop)
    {
        string?[] places = [Environment.GetEnvironmentVariable("CASA_BUNDLE"), Path.Combine(Folders.Shared, "casa")];
        var installer = places.OfType<string>().Select(place => Path.Combine(place, "install.sh")).FirstOrDefault(File.Exists);
        if (installer is null || await PythonWithVenv(["3.11"], stop) is not { } python)
        {
            return null;
        }

        Console.WriteLine($"Installing CASA from the wheelhouse into {Folders.Casa} (about a minute the first time).");
        return await Tool.Try("bash", [installer, Folders.Casa, python], stop) == 0 ? Made("a wheelhouse") : null;
    }

    private static async Task<PythonEnvironment?> FromPypi(CancellationToken stop)
    {
        if (await PythonWithVenv(await PypiVersions(stop), stop) is not { } python)
        {
            return null;
        }

        Console.WriteLine($"Trying PyPI for CASA (into {Folders.Casa}).");
        var pip = Path.Combine(Folders.Casa, "bin", "pip");
        return await Tool.Try(python, ["-m", "venv", Folders.Casa], stop) == 0
            && await Tool.Try(pip, ["install", "--quiet", "--retries", "0", .. PypiPackages], stop) == 0
            ? Made("PyPI")
            : null;
    }

    // CASA has packages for these; that of python3 is what the user has chosen.
    private static async Task<string[]> PypiVersions(CancellationToken stop)
    {
        var chosen = await Tool.Output("python3", ["-I", "-c", "import sys; print('{}.{}'.format(*sys.version_info))"], stop);
        return [.. ((string[])["3.12", "3.10", "3.13", "3.11"]).OrderBy(version => version != chosen || version == "3.11")];
    }

    /// <returns>A Python of the first version that is here, able to make environments; or null.</returns>
    public static async Task<string?> PythonWithVenv(string[] versions, CancellationToken stop)
    {
        foreach (var version in versions)
        {
            if (await PythonWithVenv(version, stop) is { } python)
            {
                return python;
            }
        }

        return null;
    }

    private static PythonEnvironment Made(string origin) =>
        new(Path.Combine(Folders.Casa, "bin", "python"), HasCasa: true, origin);

    private static async Task<string?> PythonWithVenv(string version, CancellationToken stop)
    {
        foreach (var name in (string[])[$"python{version}", "python3", "/usr/bin/python3"])
        {
            var probe = $"import sys, ensurepip; sys.version.startswith('{version}.') or sys.exit(1); print(sys.executable)";
            if (await Tool.Output(name, ["-I", "-c", probe], stop) is { } python)
            {
                return python;
            }
        }

        if (await Tool.Output("/usr/bin/python3", ["-I", "-c", $"import sys; sys.version.startswith('{version}.') or sys.exit(1)"], stop) is null)
        {
            return null;
        }

        // Debian's Python cannot make environments until python3-venv is there, nor be hosted without its library.
        await Debian.Install(["python3-venv", $"libpython{version}"], stop);
        return await Tool.Output("/usr/bin/python3", ["-I", "-c", "import ensurepip"], stop) is null ? null : "/usr/bin/python3";
    }
}
