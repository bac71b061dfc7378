namespace Build;

/// <summary>
/// Python's tools for the house: ruff and mypy in an environment of their own, and pytest's xdist in a folder that is put on
/// the path of pytest alone. The environment of CASA is not ours to change.
/// </summary>
internal static class PythonTools
{
    // Pinned, since other versions find other things.
    private static readonly string[] Checkers = ["ruff==0.17.6", "mypy==2.4.1"];
    private static readonly string[] Xdist = ["pytest-xdist==3.8.0", "execnet==2.1.2"];

    private static string Folder => Path.Combine(Folders.Artifacts, "python-tools");

    /// <summary>What mypy keeps from one run to the next.</summary>
    public static string MypyCache => Path.Combine(Folder, "mypy-cache");

    /// <summary>Where xdist is, once <see cref="Install"/> has been called.</summary>
    public static string XdistFolder => Path.Combine(Folder, "xdist");

    /// <summary>The path of one of the programs.</summary>
    public static string Program(string name) => Path.Combine(Folder, "bin", name);

    /// <returns>False where they cannot be had, which has then been said.</returns>
    public static async Task<bool> Install(CancellationToken stop)
    {
        var mark = Path.Combine(Folder, "installed.txt");
        var wanted = string.Join('\n', (string[])[.. Checkers, .. Xdist]);
        if (File.Exists(mark) && await File.ReadAllTextAsync(mark, stop) == wanted)
        {
            return true;
        }

        // The wheels beside the repository are for one version of Python; PyPI has them for all.
        var wheels = Path.Combine(Folders.Shared, "tools", "python");
        string[] origin = Directory.Exists(wheels) ? ["--no-index", "--find-links", wheels] : ["--retries", "0"];
        string[] versions = Directory.Exists(wheels) ? ["3.11"] : ["3.12", "3.11", "3.13", "3.10"];
        if (await Environments.PythonWithVenv(versions, stop) is not { } python
            || await Tool.Try(python, ["-m", "venv", "--clear", Folder], stop) != 0
            || await Pip([.. origin, .. Checkers], stop) != 0
            || await Pip([.. origin, "--no-deps", "--target", XdistFolder, .. Xdist], stop) != 0)
        {
            Console.WriteLine("ruff, mypy and pytest-xdist cannot be had here; they need a Python with venv, and PyPI.");
            return false;
        }

        await File.WriteAllTextAsync(mark, wanted, stop);
        return true;
    }

    private static Task<int> Pip(string[] arguments, CancellationToken stop) =>
        Tool.Try(Program("pip"), ["install", "--quiet", "--disable-pip-version-check", .. arguments], stop);
}
