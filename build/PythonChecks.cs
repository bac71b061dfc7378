namespace Build;

/// <summary>ruff and mypy over the Python side, as its pyproject.toml says.</summary>
internal static class PythonChecks
{
    private static string Sources => Path.Combine(Folders.Root, "CasaWrapperKernel", "PythonSupport");

    private static string Configuration => Path.Combine(Sources, "pyproject.toml");

    /// <summary>Lint, format and types. Every tool runs, so that one run shows all that is to be mended.</summary>
    /// <returns>Whether there were findings; none, with the reason said, where the tools cannot be had.</returns>
    public static async Task<bool> Find(CancellationToken stop)
    {
        if (!await PythonTools.Install(stop))
        {
            Console.WriteLine("The Python sources are not checked here; see above.");
            return false;
        }

        var found = await Ruff(["check", "--no-fix"], stop) != 0;
        found |= await Ruff(["format", "--check"], stop) != 0;
        // Which files it looks at stands in the configuration.
        found |= await Tool.Try(PythonTools.Program("mypy"), ["--config-file", Configuration, "--cache-dir", PythonTools.MypyCache],
            stop, folder: Sources) != 0;
        return found;
    }

    /// <summary>Mends what ruff can mend, and formats.</summary>
    /// <exception cref="BuildException">The tools cannot be had here, or something is left to be mended by hand.</exception>
    public static async Task Format(CancellationToken stop)
    {
        await Install(stop);
        var left = await Ruff(["check", "--fix"], stop);
        if (await Ruff(["format"], stop) != 0 || left != 0)
        {
            throw new BuildException("ruff could not mend everything; see above.");
        }
    }

    private static async Task Install(CancellationToken stop)
    {
        if (!await PythonTools.Install(stop))
        {
            throw new BuildException("the Python sources cannot be checked here; see above.");
        }
    }

    private static Task<int> Ruff(string[] command, CancellationToken stop) => Tool.Try(PythonTools.Program("ruff"),
        [.. command, "--config", Configuration, "--no-cache", Sources, Path.Combine(Folders.Root, "CasaWrapperKernel.Tests")], stop);
}
