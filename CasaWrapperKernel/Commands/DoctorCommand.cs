using System.CommandLine;
using System.Text.Json;
using CasaWrapperKernel.Doctor;

namespace CasaWrapperKernel.Commands;

/// <summary><c>casa-kernel doctor</c>: what works, what does not, and what to do about it.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var python = SpecOptions.NewPython();
        var fix = new Option<bool>("--fix")
        {
            Description =
                "Mend what can be mended by adding files of your own; say what was done, and the commands for the rest.",
        };
        var json = new Option<bool>("--json") { Description = "Print one JSON object, for requests for help." };
        var command = new Command("doctor", "Check everything that the kernel needs.") { python, fix, json };
        command.SetAction(arguments =>
        {
            var output = arguments.InvocationConfiguration.Output;
            var findings = new List<Finding>();
            foreach (var finding in DoctorChecks.Examine(arguments.GetValue(python), arguments.GetValue(fix)))
            {
                findings.Add(finding);
                if (!arguments.GetValue(json))
                {
                    output.WriteLine(finding);
                }
            }

            if (arguments.GetValue(json))
            {
                output.WriteLine(
                    JsonSerializer.Serialize(
                    new DoctorReport { Findings = findings }, DoctorJson.ForPeople.DoctorReport));
            }

            return findings.Any(finding => finding.Level == Level.Fail) ? 1 : 0;
        });
        return command;
    }
}
