using System.CommandLine;
using CasaWrapperKernel.KernelSpecs;

namespace CasaWrapperKernel.Commands;

/// <summary>The options for a kernel that runs inside a container image.</summary>
internal sealed class ContainerOptions
{
    private readonly Option<string?> _image = new("--container")
    {
        Description = "Run the kernel inside this Apptainer (Singularity) image, with the CASA that is there.",
        HelpName = "IMAGE",
    };

    private readonly Option<string[]> _binds = new("--bind")
    {
        Description =
            "A folder that the kernel in the image is to see, besides the home folder: FOLDER or FOLDER:WHERE.",
        HelpName = "FOLDER",
    };

    public void AddTo(Command command, Option python)
    {
        command.Add(_image);
        command.Add(_binds);
        command.Validators.Add(result =>
        {
            var image = result.GetResult(_image) is not null;
            if (image && result.GetResult(python) is { Implicit: false })
            {
                result.AddError("Give --python or --container only: an image brings its own Python.");
            }

            if (!image && result.GetResult(_binds) is not null)
            {
                result.AddError("--bind is for --container only.");
            }
        });
    }

    /// <returns>Null if no image was given.</returns>
    public KernelSpec? Spec(ParseResult arguments, string? displayName) =>
        arguments.GetValue(_image) is { } image
            ? ContainerSpec.Make(image, arguments.GetValue(_binds) ?? [], displayName) : null;
}
