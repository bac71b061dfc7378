namespace Build;

/// <summary>A Python that can run the examples, together with a Jupyter client.</summary>
/// <param name="Python">The interpreter of the kernel.</param>
/// <param name="HasCasa">Whether it has CASA.</param>
/// <param name="Origin">Where it came from, in a few words.</param>
internal sealed record PythonEnvironment(string Python, bool HasCasa, string Origin)
{
    /// <summary>What programs must have in their environment to work with this Python and our kernelspec.</summary>
    public Dictionary<string, string?> Variables { get; } = new()
    {
        ["JUPYTER_PATH"] = Folders.JupyterPath,
        ["CASASITECONFIG"] = SiteConfig(Python),
        // Neither a user's packages nor an active environment may mix with the one that was chosen.
        ["PYTHONPATH"] = null,
        ["PYTHONNOUSERSITE"] = "1",
    };

    // A wheelhouse environment brings its own measures data and a configuration that points at it.
    private static string? SiteConfig(string python)
    {
        var config = Path.Combine(Path.GetDirectoryName(Path.GetDirectoryName(python))!, "share", "casa", "config.py");
        return File.Exists(config) ? config : Environment.GetEnvironmentVariable("CASASITECONFIG");
    }
}
