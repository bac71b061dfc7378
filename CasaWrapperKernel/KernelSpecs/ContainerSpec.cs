using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonEnvironments;


namespace CasaWrapperKernel.KernelSpecs;

/// <summary>A kernelspec whose kernel runs inside an Apptainer or Singularity image.</summary>
internal static class ContainerSpec
{
    /// <summary>The app of the image that starts the kernel (Singularity.def).</summary>
    public const string App = "kernel";

    private const string Cure = "build it with casa-kernel's Singularity.def";
    private const string NoPython = "no python";
    private const string NoKernel = "no kernel";

    // For the shell of the image: what Python says of itself, or what is missing.
    private const string Look = $"""
        command -v python >/dev/null || exec echo {NoPython}
        [ -e /scif/apps/{App} ] || exec echo {NoKernel}
        exec python -c "$0"
        """;

    private static readonly string[] Runtimes = ["apptainer", "singularity"];

    /// <param name="image">Path of the image.</param>
    /// <param name="binds">What of the host the kernel is to see, besides the home folder; as Apptainer writes
    /// it.</param>
    /// <param name="displayName">Null to take the version of CASA in the image.</param>
    /// <exception cref="UserException">There is no such image, nothing to run it with, or not our kernel in
    /// it.</exception>
    public static KernelSpec Make(string image, IReadOnlyList<string> binds, string? displayName)
    {
        image = Path.GetFullPath(image);
        if (!Path.Exists(image))
        {
            throw new UserException($"There is no image {image}; give --container the path of a .sif file.");
        }

        foreach (var source in binds.Select(bind => bind.Split(':')[0]).Where(source => !Path.Exists(source)))
        {
            throw new UserException($"There is no {source} to --bind; give a folder of this machine, or FOLDER:WHERE.");
        }

        var runtime = Runtimes.Select(PythonChoice.OnPath).FirstOrDefault(found => found is not null)
            ?? throw new UserException("Neither apptainer nor singularity is on PATH; load its module, or install it.");
        // The connection file is bound by itself, as Jupyter's runtime folder need not be below the home folder.
        string[] bound = [.. binds.Append("{connection_file}").SelectMany(bind => (string[])["--bind", bind])];
        return KernelSpec.FromTemplate(KernelSpec.Template) with
        {
            Argv = [runtime, "run", "--app", App, .. bound, image, "-f", "{connection_file}"],
            DisplayName = displayName ?? NameOf(runtime, image),
            // A signal would go to all processes of the container, also to the one that holds its file system.
            InterruptMode = "message",
        };
    }

    private static string NameOf(string runtime, string image) =>
        PythonProcess.Run(runtime, ["exec", image, "sh", "-c", Look, PythonEnvironment.Question]) switch
        {
            NoPython => throw new UserException($"The image {image} has no python on its PATH; {Cure}."),
            NoKernel => throw new UserException($"The image {image} has no casa-kernel (no app '{App}'); {Cure}."),
            var answer => PythonEnvironment.Read(answer) switch
            {
                null => throw new UserException(
                    $"The python in {image} does not answer as a Python does; build the image anew."),
                { CasaVersion: null } => throw new UserException($"The image {image} has no CASA; {Cure}."),
                var inside => inside.NameWith(Path.GetFileName(image)),
            },
        };
}
