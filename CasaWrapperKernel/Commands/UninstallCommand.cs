using System.CommandLine;
using CasaWrapperKernel.PythonEnvironments;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel uninstall</c>: takes away what <c>install</c> made.</summary>
internal static class UninstallCommand
{
    public static Command Create()
    {
        var options = new SpecOptions();
        var command = new Command("uninstall", "Remove the kernelspec from Jupyter.");
        options.AddTo(command);
        command.SetAction(arguments =>
        {
            var folder = options.Folder(
                arguments, () => PythonEnvironment.Ask(PythonChoice.Find(arguments.GetValue(options.Python))));
            folder.Remove();
            arguments.InvocationConfiguration.Output.WriteLine($"Removed {folder.Folder}.");
        });
        return command;
    }
}
