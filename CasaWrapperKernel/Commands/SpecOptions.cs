using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;

namespace CasaWrapperKernel.Commands;

/// <summary>The options that say which kernelspec a command is about, and which Python.</summary>
internal sealed partial class SpecOptions
{
    private readonly Option<bool> _user = new("--user")
    {
        Description = "For this user (the default).",
    };

    private readonly Option<string> _prefix = new("--prefix")
    {
        Description = "In DIR/share/jupyter, for example of the environment that Jupyter runs in.",
        HelpName = "DIR",
    };

    private readonly Option<bool> _sysPrefix = new("--sys-prefix")
    {
        Description = "In the environment of the Python.",
    };

    private readonly Option<string> _name = new("--name")
    {
        Description = "The name of the kernelspec.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "casa-kernel",
    };

    public SpecOptions() => _name.Validators.Add(name =>
    {
        if (!JupyterName().IsMatch(name.GetValueOrDefault<string>()))
        {
            name.AddError("--name: letters, digits, '.', '_' and '-' only, as Jupyter demands.");
        }
    });

    /// <summary>Every command that works with a Python has this one.</summary>
    public Option<string?> Python { get; } = NewPython();

    public static Option<string?> NewPython() => new("--python")
    {
        Description = "The python of the CASA environment. Default: CASA_PYTHON, VIRTUAL_ENV, CONDA_PREFIX, "
            + "the Python of casa on PATH, python3 on PATH.",
        HelpName = "PATH",
    };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_user, _prefix, _sysPrefix, _name, Python])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (new Option[] { _user, _prefix, _sysPrefix }.Count(option => IsGiven(result, option)) > 1)
            {
                result.AddError("Give one of --user, --prefix and --sys-prefix only.");
            }
        });
    }

    /// <param name="environment">Asked for <c>sys.prefix</c> where that is needed.</param>
    public KernelSpecFolder Folder(ParseResult arguments, Func<PythonEnvironment> environment)
    {
        var data = arguments.GetValue(_prefix) is { } prefix ? JupyterPaths.UnderPrefix(prefix)
            : arguments.GetValue(_sysPrefix) ? JupyterPaths.UnderPrefix(environment().Prefix)
            : JupyterPaths.UserData();
        return new KernelSpecFolder(data, arguments.GetValue(_name)!.ToLowerInvariant());
    }

    private static bool IsGiven(CommandResult result, Option option) =>
        result.GetResult(option) is { Implicit: false };

    [GeneratedRegex(@"^[A-Za-z0-9._-]+$")]
    private static partial Regex JupyterName();
}
