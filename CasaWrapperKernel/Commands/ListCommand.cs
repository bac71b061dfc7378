using System.CommandLine;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel list</c>: the kernelspecs that <c>install</c> made, wherever Jupyter looks.</summary>
internal static class ListCommand
{
    public static Command Create()
    {
        var python = SpecOptions.NewPython();
        var command = new Command("list", "List the kernelspecs of casa-kernel.") { python };
        command.SetAction(arguments =>
        {
            var output = arguments.InvocationConfiguration.Output;
            var found = JupyterPaths.Searched(PrefixOf(arguments.GetValue(python)))
                .SelectMany(data => KernelSpecFolder.List(data), (data, spec) => (data, spec.Name, spec.Spec))
                .ToList();
            foreach (var (data, name, spec) in found)
            {
                var gone = File.Exists(spec.Binary) ? "" : $"  (its binary {spec.Binary} is gone)";
                var folder = new KernelSpecFolder(data, name).Folder;
                output.WriteLine($"{name}  \"{spec.DisplayName}\"  {spec.Python}  {folder}{gone}");
            }

            if (found.Count == 0)
            {
                output.WriteLine("No kernelspec of casa-kernel is installed; 'casa-kernel install' makes one.");
            }
        });
        return command;
    }

    // Without a Python there is still the rest of Jupyter's folders to list.
    private static string? PrefixOf(string? asked)
    {
        try
        {
            return PythonEnvironment.Ask(PythonChoice.Find(asked)).Prefix;
        }
        catch (UserException) when (asked is null)
        {
            return null;
        }
    }
}
