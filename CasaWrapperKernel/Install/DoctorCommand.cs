using System.CommandLine;

namespace CasaWrapperKernel.Install;

/// <summary><c>casa-kernel doctor</c>: what works, what does not, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var python = SpecOptions.NewPython();
        var command = new Command("doctor", "Check everything that the kernel needs.") { python };
        command.SetAction(arguments =>
        {
            var fails = false;
            foreach (var finding in Doctor.Examine(arguments.GetValue(python)))
            {
                arguments.InvocationConfiguration.Output.WriteLine(finding);
                fails |= finding.Level == Level.Fail;
            }

            return fails ? 1 : 0;
        });
        return command;
    }
}
