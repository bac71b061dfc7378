using System.Text.Json;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Finding;

namespace CasaWrapperKernel.Doctor;

/// <summary>Looks at everything that the kernel needs, without starting it.</summary>
internal static class DoctorChecks
{
    private const long LeastFreeBytes = 100_000_000;
    private static readonly string PythonSupport = Path.Combine(AppContext.BaseDirectory, "PythonSupport");

    /// <param name="asked">The Python that the user named, or null.</param>
    /// <param name="fix">Whether to mend what can be mended by adding files.</param>
    public static IEnumerable<Finding> Examine(string? asked, bool fix = false)
    {
        yield return Kernel();
        yield return State();
        PythonEnvironment? python = null;
        yield return Guarded("interpreter", () =>
        {
            var choice = PythonChoice.Find(asked);
            python = PythonEnvironment.Ask(choice);
            return new Finding(Level.Ok, "interpreter", $"{python.Executable} (from {choice.Source})");
        });
        if (python is null)
        {
            yield break;
        }

        yield return Guarded("shared library", () => Library(python));
        var specs = new DoctorSpecs(python);
        foreach (var finding in AskPython(python, specs.First, fix))
        {
            yield return fix && finding is { Check: "protobuf", Level: Level.Warn } ? specs.MendProtobuf(finding)
                : finding;
        }

        yield return specs.Installed();
    }

    private static Finding Kernel()
    {
        var whole = File.Exists(Path.Combine(PythonSupport, "casawrapper", "kernel.py"))
            && File.Exists(KernelSpec.Template);
        var detail = $"{Product.Version} at {Product.Program}";
        return whole
            ? new Finding(Level.Ok, "casa-kernel", detail)
            : new Finding(Level.Fail, "casa-kernel", $"{detail}, but PythonSupport or kernel.json is not beside it",
                "unpack the whole folder of casa-kernel again, not the binary alone");
    }

    private static Finding State()
    {
        if (StateFolder.Lasting() is not { } folder)
        {
            return new Finding(Level.Warn, "state folder", "not writable: CASA's logs go to a temporary folder",
                "set XDG_STATE_HOME to a folder of your own");
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        var detail = $"{folder}, {free / 1_000_000} MB free";
        return free >= LeastFreeBytes
            ? new Finding(Level.Ok, "state folder", detail)
            : new Finding(
                Level.Warn, "state folder", detail, "make room there, or set XDG_STATE_HOME to another folder");
    }

    private static Finding Library(PythonEnvironment python)
    {
        var location = PythonLocation.Find(python.Executable);
        BridgeChoice.New().Load(location);
        return new Finding(Level.Ok, "shared library", location.Library);
    }

    /// <param name="spec">As it says, so the kernel starts: with its variables and CASA's options.</param>
    private static IEnumerable<Finding> AskPython(PythonEnvironment python, KernelSpec? spec, bool fix)
    {
        try
        {
            string[] arguments = [
                "-m", "casawrapper.casa.doctor", .. spec?.CasaArguments ?? [], .. fix ? (string[])["--fix"] : []];
            var answer = PythonProcess.Run(python.Executable, arguments, start =>
            {
                foreach (var (name, value) in spec?.Env ?? [])
                {
                    start.Environment[name] = value;
                }

                start.WorkingDirectory = PythonSupport; // -m puts the working directory in sys.path
                start.Environment["PYTHONPATH"] = $"{PythonSupport}:{Environment.GetEnvironmentVariable("PYTHONPATH")}";
            });
            return JsonSerializer.Deserialize(answer, DoctorJson.Default.PythonFindingArray)!.Select(
                found => found.ToFinding());
        }
        catch (Exception e) when (e is UserException or JsonException)
        {
            return [new Finding(Level.Warn, "CASA", $"could not be looked at: {e.Message}", "see the reason above")];
        }
    }

    private static Finding Guarded(string check, Func<Finding> examine)
    {
        try
        {
            return examine();
        }
        catch (Exception e) when (e is UserException or DllNotFoundException)
        {
            var parts = e.Message.Split("; ", 2); // a UserException says what is wrong; what to do
            return new Finding(Level.Fail, check, parts[0], parts.ElementAtOrDefault(1) ?? "");
        }
    }
}
