using System.CommandLine;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel install</c>: tells Jupyter of this kernel and of the Python that it is to host.</summary>
internal static class InstallCommand
{
    private const string SiteConfig = "CASASITECONFIG";

    public static Command Create()
    {
        var options = new SpecOptions();
        var details = new SpecDetails();
        var casa = new CasaStartOptions();
        var container = new ContainerOptions();
        var replace = new Option<bool>("--replace")
        {
            Description = "Replace a kernelspec of this name that hosts another Python.",
        };
        var command = new Command("install", "Make the kernel known to Jupyter.") { replace };
        options.AddTo(command);
        details.AddTo(command);
        casa.AddTo(command, mustExist: true);
        container.AddTo(command, options.Python);
        command.SetAction(arguments =>
        {
            var inside = container.Spec(arguments, details.DisplayName(arguments));
            var python = inside is null ? PythonEnvironment.AskHostable(arguments.GetValue(options.Python)) : null;
            var spec = inside ?? ForPython(python!, details.DisplayName(arguments));
            spec = details.Apply(arguments, spec with { Argv = [.. spec.Argv, .. casa.Arguments(arguments)] });
            var folder = options.Folder(arguments, () => python ?? PythonEnvironment.Ask(PythonChoice.Find(null)));
            folder.Install(spec, arguments.GetValue(replace), details.Resources(arguments));
            Tell(arguments.InvocationConfiguration.Output, folder, spec, python);
        });
        return command;
    }

    private static KernelSpec ForPython(PythonEnvironment python, string? displayName)
    {
        var spec = KernelSpec.Make(
            KernelSpec.Template, Product.Program, python.Executable, displayName ?? python.DisplayName);
        if (FindSiteConfig(python.Prefix) is { } siteConfig)
        {
            spec.Env[SiteConfig] = siteConfig;
        }

        return spec;
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

    private static void Tell(TextWriter output, KernelSpecFolder folder, KernelSpec spec, PythonEnvironment? python)
    {
        output.WriteLine($"Installed {folder.Folder} for {spec.Python}.");
        if (spec.Env.TryGetValue(SiteConfig, out var siteConfig))
        {
            output.WriteLine($"CASA will read its site config {siteConfig} ({SiteConfig}).");
        }

        if (python is { CasaVersion: null })
        {
            output.WriteLine("It has no CASA; for a kernel with CASA give --python the python of a CASA environment.");
        }

        if (python is { IpythonVersion: null })
        {
            output.WriteLine($"The kernel needs IPython there: {python.Executable} -m pip install 'ipython>=8.5'");
        }

        output.WriteLine(JupyterPaths.Searched(python?.Prefix).Contains(folder.DataFolder)
            ? $"Choose \"{spec.DisplayName}\" in JupyterLab, or run: jupyter console --kernel {folder.Name}"
            : $"Jupyter finds it if it runs from that prefix, else with: export JUPYTER_PATH={folder.DataFolder}");
    }
}
