using System.CommandLine;
using System.Text.RegularExpressions;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;

namespace CasaWrapperKernel.Commands;

/// <summary>The options for what a kernelspec says besides which program it starts.</summary>
internal sealed partial class SpecDetails
{
    private readonly Option<string?> _displayName = new("--display-name")
    {
        Description = "The name in the menus. Default: 'CASA 6.7 (casa-kernel)', with the version that is there.",
        HelpName = "TEXT",
    };

    private readonly Option<string[]> _env = new("--env")
    {
        Description =
            "An environment variable of the kernel; may be given many times. ${OTHER} is Jupyter's variable OTHER.",
        HelpName = "NAME=VALUE",
    };

    private readonly Option<string?> _interruptMode = new("--interrupt-mode")
    {
        Description = "How Jupyter interrupts a cell. Default: signal; message for an image.",
    };

    private readonly Option<string?> _resourceDir = new("--resource-dir")
    {
        Description = "A folder with logo-64x64.png, logo-svg.svg, kernel.js or the like, copied into the kernelspec.",
        HelpName = "FOLDER",
    };

    public SpecDetails()
    {
        _interruptMode.AcceptOnlyFromAmong("signal", "message");
        _env.Validators.Add(result =>
        {
            foreach (var variable in result.Tokens.Select(token => token.Value)
                .Where(text => !Variable().IsMatch(text)))
            {
                result.AddError($"--env: '{variable}' is not NAME=VALUE.");
            }
        });
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_displayName, _env, _interruptMode, _resourceDir])
        {
            command.Add(option);
        }
    }

    public string? DisplayName(ParseResult arguments) => arguments.GetValue(_displayName);

    /// <returns>The spec with what was asked for.</returns>
    /// <exception cref="UserException">A signal was asked for in a container.</exception>
    public KernelSpec Apply(ParseResult arguments, KernelSpec spec)
    {
        var mode = arguments.GetValue(_interruptMode) ?? spec.InterruptMode;
        if (spec.Image is not null && mode == "signal")
        {
            throw new UserException("A signal would also end the process that holds the image's file system; "
                + "leave out --interrupt-mode, or give it 'message'.");
        }

        var env = new Dictionary<string, string>(spec.Env);
        foreach (var variable in arguments.GetValue(_env) ?? [])
        {
            var parts = variable.Split('=', 2);
            env[parts[0]] = parts[1];
        }

        return spec with { InterruptMode = mode, Env = env };
    }

    /// <summary>The files to be copied beside <c>kernel.json</c>.</summary>
    /// <exception cref="UserException">There is no such folder.</exception>
    public IReadOnlyList<string> Resources(ParseResult arguments)
    {
        var folder = arguments.GetValue(_resourceDir);
        return folder is null ? []
            : !Directory.Exists(folder)
                ? throw new UserException($"There is no folder {folder}; give --resource-dir one that has the logos.")
            : [.. Directory.GetFiles(folder).Where(file => Path.GetFileName(file) != KernelSpec.FileName)];
    }

    [GeneratedRegex(@"^[A-Za-z_]\w*=")]
    private static partial Regex Variable();
}
