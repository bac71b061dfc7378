using CasaWrapperKernel.Hosting;


namespace CasaWrapperKernel.KernelSpecs;

/// <summary>Jupyter's data folders, as <c>jupyter --paths</c> lists them.</summary>
internal static class JupyterPaths
{
    /// <summary>The user's own.</summary>
    public static string UserData()
    {
        if (Environment.GetEnvironmentVariable("JUPYTER_DATA_DIR") is { Length: > 0 } data)
        {
            return Path.GetFullPath(data);
        }

        var xdg = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        return string.IsNullOrEmpty(xdg)
            ? Path.Combine(HomeFolder.Path, ".local", "share", "jupyter")
            : Path.Combine(Path.GetFullPath(xdg), "jupyter");
    }

    public static string UnderPrefix(string prefix) => Path.Combine(Path.GetFullPath(prefix), "share", "jupyter");

    /// <summary>All that Jupyter searches, each once.</summary>
    /// <param name="prefix"><c>sys.prefix</c> of the Python at hand; Jupyter has that of its own Python.</param>
    public static IEnumerable<string> Searched(string? prefix)
    {
        var path = Environment.GetEnvironmentVariable("JUPYTER_PATH") ?? "";
        string[] folders =
        [
            .. path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath),
            UserData(),
            .. prefix is null ? [] : (string[])[UnderPrefix(prefix)],
            "/usr/local/share/jupyter",
            "/usr/share/jupyter",
        ];
        return folders.Distinct();
    }
}
