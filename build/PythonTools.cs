namespace Build;

/// <summary>
/// Python's tools for the house: ruff and mypy in an environment of their own, and pytest's plugins in a folder for
/// PYTHONPATH; the environment of CASA is not ours to change.
/// </summary>
internal static class PythonTools
{
    // Other versions find other things.
    private static readonly string[] Checkers = ["ruff==0.17.6", "mypy==2.4.1"];

    private static string Environment => Path.Combine(Folders.Artifacts, "python-tools");

    /// <summary>What mypy keeps from one run to the next.</summary>
    public static string MypyCache => Path.Combine(Environment, "mypy-cache");

    /// <summary>The path of one of the programs.</summary>
    public static string Program(string name) => Path.Combine(Environment, "bin", name);

    /// <exception cref="BuildException">They cannot be had here.</exception>
    public static async Task Install(CancellationToken stop)
    {
        var mark = Path.Combine(Environment, "installed.txt");
        var wanted = string.Join('\n', Checkers);
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark, stop) == wanted)
        {
            return;
        }

        // The wheels beside the repository are for one version of Python; PyPI has them for all.
        var wheels = Path.Combine(Folders.Shared, "tools", "python");
        string[] origin = Directory.Exists(wheels) ? ["--no-index", "--find-links", wheels] : ["--retries", "0"];
        string[] versions = Directory.Exists(wheels) ? ["3.11"] : ["3.12", "3.11", "3.13", "3.10"];
        if (await Environments.PythonWithVenv(versions, stop) is not { } python
            || await Tool.Try(python, ["-m", "venv", "--clear", Environment], stop) != 0
            || await Tool.Try(Program("pip"), ["install", "--quiet", .. origin, .. Checkers], stop) != 0)
        {
            throw new BuildException($"{string.Join(" and ", Checkers)} cannot be had here; that needs a Python with venv, and PyPI.");
        }

        await File.WriteAllTextAsync(mark, wanted, stop);
    }
}
