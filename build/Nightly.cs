namespace Build;

/// <summary>
/// The tests that take long or change the machine: the images of Docker and Apptainer, a JupyterHub with two users, and
/// JupyterLab and the classic Notebook in a browser.
/// What they need is installed where that can be done; a test whose program is missing fails, and names it.
/// </summary>
internal static class Nightly
{
    // A program that is there is used, wherever it comes from: another Node.js refuses to stand beside Debian's npm.
    private static readonly (string Program, string Package)[] Needed =
    [
        ("buildah", "buildah"), ("debootstrap", "debootstrap"), ("configurable-http-proxy", "node-configurable-http-proxy"),
        ("jupyter-notebook", "jupyter-notebook"), ("chromium", "chromium"), ("node", "nodejs"), ("npm", "npm"), ("ruby", "ruby"),
    ];

    private static readonly string[] Libraries =
        ["python3-venv", "python3-jupyter-client", "libpython3.11", "ruby-html-pipeline", "ruby-sanitize"];

    private static readonly Dictionary<string, string?> TenMinutesEach = new() { ["CASA_KERNEL_FUZZ_SECONDS"] = "600" };

    public static async Task Run(CancellationToken stop)
    {
        if (Environment.UserName != "root")
        {
            throw new BuildException("the nightly tests make images and users; run them as root.");
        }

        await Tool.Run("dotnet", ["build", Folders.Solution, "-v", "quiet"], stop);
        await Tool.Run("dotnet",
            ["run", "--no-build", "--project", "CasaWrapperKernel.Tests", "--", "-class", "*FuzzTests"], stop, TenMinutesEach);
        var kernel = await Packages.Packages.Make(arm64: false, stop);
        await Debian.Install([.. Libraries, .. Needed.Where(need => !Tool.IsThere(need.Program)).Select(need => need.Package)], stop);
        await Apptainer(stop);
        var environment = await Environments.WithCasa(stop) ?? throw Environments.Nothing();
        var wheelhouse = Environment.GetEnvironmentVariable("CASA_BUNDLE") ?? Path.Combine(Folders.Shared, "casa");
        var variables = new Dictionary<string, string?>(environment.Variables)
        {
            ["WHEELHOUSE"] = Directory.Exists(wheelhouse) ? Path.GetFullPath(wheelhouse) : null,
            ["CASA_KERNEL"] = kernel,
            ["CASA_KERNEL_TEST_PYTHON"] = environment.Python,
            ["JUPYTER_PATH"] = null,
        };
        await Tool.Run(environment.Python,
            ["-m", "pytest", "-v", "-rs", "-p", "no:cacheprovider", "CasaWrapperKernel.Tests/Nightly"], stop, variables);
    }

    // Not every Debian has it; a script beside the wheelhouse brings it to those, and opens /dev/fuse to ordinary users.
    private static async Task Apptainer(CancellationToken stop)
    {
        var script = Path.Combine(Folders.Shared, "tools", "apptainer-setup.sh");
        if (File.Exists(script))
        {
            await Tool.Try("bash", [script, "--fuse"], stop);
        }
        else if (!Tool.IsThere("apptainer"))
        {
            await Debian.Install(["apptainer"], stop);
        }
    }
}
