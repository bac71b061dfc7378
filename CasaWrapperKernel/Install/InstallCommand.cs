using System.CommandLine;

namespace CasaWrapperKernel.Install;

/// <summary><c>casa-kernel install</c>: tells Jupyter of this kernel and of the Python that it is to host.</summary>
internal static class InstallCommand
{
    private const string SiteConfig = "CASASITECONFIG";

    public static Command Create()
    {
        var options = new SpecOptions();
        var displayName = new Option<string?>("--display-name")
        {
            Description = "The name in the menus. Default: 'CASA 6.7 (casa-kernel)', with the version that is there.",
            HelpName = "TEXT",
        };
        var replace = new Option<bool>("--replace")
        {
            Description = "Replace a kernelspec of this name that hosts another Python.",
        };
        var container = new ContainerOptions();
        var command = new Command("install", "Make the kernel known to Jupyter.") { displayName, replace };
        options.AddTo(command);
        container.AddTo(command, options.Python);
        command.SetAction(arguments =>
        {
            if (container.Spec(arguments, arguments.GetValue(displayName)) is { } inside)
            {
                var place = options.Folder(arguments, () => PythonEnvironment.Ask(PythonChoice.Find(null)));
                place.Install(inside, arguments.GetValue(replace));
                Console.WriteLine($"Installed {place.Folder} for {inside.Image}; choose \"{inside.DisplayName}\" in JupyterLab.");
                return;
            }

            var python = PythonEnvironment.AskHostable(arguments.GetValue(options.Python));
            var folder = options.Folder(arguments, () => python);
            var spec = KernelSpec.Make(KernelSpec.Template, KernelSpec.ThisBinary, python.Executable,
                arguments.GetValue(displayName) ?? python.DisplayName);
            var siteConfig = FindSiteConfig(python.Prefix);
            if (siteConfig is not null)
            {
                spec.Env[SiteConfig] = siteConfig;
            }

            folder.Install(spec, arguments.GetValue(replace));
            Tell(arguments.InvocationConfiguration.Output, folder, spec, python, siteConfig);
        });
        return command;
    }

    // Jupyter may be started where the variable is not set, and CASA would then not find its data.
    private static string? FindSiteConfig(string prefix)
    {
        if (Environment.GetEnvironmentVariable(SiteConfig) is { Length: > 0 } set)
        {
            return Path.GetFullPath(set);
        }

        var file = Path.Combine(prefix, "share", "casa", "config.py");
        return File.Exists(file) ? file : null;
    }

    private static void Tell(
        TextWriter output, KernelSpecFolder folder, KernelSpec spec, PythonEnvironment python, string? siteConfig)
    {
        output.WriteLine($"Installed {folder.Folder} for {python.Executable}.");
        if (siteConfig is not null)
        {
            output.WriteLine($"CASA will read its site config {siteConfig} ({SiteConfig}).");
        }

        if (python.IpythonVersion is null)
        {
            output.WriteLine($"The kernel needs IPython there: {python.Executable} -m pip install 'ipython>=8.5'");
        }

        output.WriteLine(JupyterPaths.Searched(python.Prefix).Contains(folder.DataFolder)
            ? $"Choose \"{spec.DisplayName}\" in JupyterLab, or run: jupyter console --kernel {folder.Name}"
            : $"Jupyter finds it if it runs from that prefix, else with: export JUPYTER_PATH={folder.DataFolder}");
    }
}
