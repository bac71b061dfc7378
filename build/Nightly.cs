namespace Build;

/// <summary>
/// The tests that take long or change the machine: the images of Docker and Apptainer, a JupyterHub with two users, and
/// JupyterLab and the classic Notebook in a browser.
/// Those whose programs are not there are skipped, with the reason.
/// </summary>
internal static class Nightly
{
    private static readonly string[] DebianPackages =
    [
        "buildah", "debootstrap", "node-configurable-http-proxy", "python3-venv", "libpython3.11", "jupyter-notebook",
        "chromium", "nodejs", "npm",
    ];

    private static readonly Dictionary<string, string?> TenMinutesEach = new() { ["CASA_KERNEL_FUZZ_SECONDS"] = "600" };

    public static async Task Run(CancellationToken stop)
    {
        await Tool.Run("dotnet", ["build", Folders.Solution, "-v", "quiet"], stop);
        await Tool.Run("dotnet",
            ["run", "--no-build", "--project", "CasaWrapperKernel.Tests", "--", "-class", "*FuzzTests"], stop, TenMinutesEach);
        await Packages.Packages.Make(arm64: false, stop);
        await Debian.Install(DebianPackages, stop);
        var environment = await Environments.WithCasa(stop) ?? throw Environments.Nothing();
        var wheelhouse = Environment.GetEnvironmentVariable("CASA_BUNDLE") ?? Path.Combine(Folders.Root, "..", "shared", "casa");
        var variables = new Dictionary<string, string?>(environment.Variables)
        {
            ["WHEELHOUSE"] = Directory.Exists(wheelhouse) ? Path.GetFullPath(wheelhouse) : null,
            ["CASA_KERNEL"] = await Kernel.Publish(stop),
            ["CASA_KERNEL_TEST_PYTHON"] = environment.Python,
            ["JUPYTER_PATH"] = null,
        };
        await Tool.Run(environment.Python,
            ["-m", "pytest", "-v", "-rs", "-p", "no:cacheprovider", "CasaWrapperKernel.Tests/Nightly"], stop, variables);
    }
}
