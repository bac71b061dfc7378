using System.CommandLine;
using System.CommandLine.Parsing;
using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Commands;

/// <summary>
/// The options of <c>casa</c> that make sense in a notebook. <c>install</c> writes them into the kernelspec,
/// <c>start</c>
/// hands them to Python.
/// </summary>
internal sealed class CasaStartOptions
{
    private readonly Option<string?> _logfile = New(
        "--logfile", "FILE", "CASA's log file, for all kernels of this kernelspec together. Default: one for each.");
    private readonly Option<bool> _nologfile = new(
        "--nologfile")
    { Description = "No log file; there is then no log under the cells." };
    private readonly Option<string?> _cachedir = New(
        "--cachedir", "FOLDER", "CASA's internal working files. Default: ~/.casa.");
    private readonly Option<string?> _datapath = New(
        "--datapath", "FOLDERS", "Where CASA looks for data, with ':' between folders.");
    private readonly Option<string?> _configfile = New(
        "--configfile", "FILE", "CASA's configuration. Default: ~/.casa/config.py.");

    private Option<string?>[] Paths => [_logfile, _cachedir, _datapath, _configfile];

    /// <param name="mustExist">Whether what CASA would silently leave out is refused.</param>
    public void AddTo(Command command, bool mustExist)
    {
        foreach (var option in (Option[])[_logfile, _nologfile, _cachedir, _datapath, _configfile])
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_nologfile) && result.GetValue(_logfile) is not null)
            {
                result.AddError("Give one of --logfile and --nologfile only.");
            }

            if (mustExist)
            {
                RefuseMissing(result, _configfile, "file", File.Exists);
                RefuseMissing(result, _datapath, "folder", Directory.Exists);
            }
        });
    }

    public CasaOptions Read(ParseResult arguments) => new()
    {
        Logfile = arguments.GetValue(_logfile),
        Nologfile = arguments.GetValue(_nologfile),
        Cachedir = arguments.GetValue(_cachedir),
        Datapath = arguments.GetValue(_datapath),
        Configfile = arguments.GetValue(_configfile),
    };

    /// <summary>What was given, as arguments that mean the same wherever the kernel starts.</summary>
    public IEnumerable<string> Arguments(ParseResult arguments)
    {
        foreach (var option in Paths)
        {
            if (arguments.GetValue(option) is { } paths)
            {
                yield return option.Name;
                yield return string.Join(':', paths.Split(':').Select(FullPath));
            }
        }

        if (arguments.GetValue(_nologfile))
        {
            yield return _nologfile.Name;
        }
    }

    // "~" is left for the kernel: one kernelspec may serve many users.
    private static string FullPath(string path) => IsOfHome(path) ? path : Path.GetFullPath(path);

    private static bool IsOfHome(string path) => path.StartsWith('~');

    private static void RefuseMissing(
        CommandResult result, Option<string?> option, string what, Predicate<string> exists)
    {
        foreach (var path in (result.GetValue(option) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!IsOfHome(path) && !exists(path))
            {
                result.AddError($"{option.Name}: there is no {what} {path}.");
            }
        }
    }

    private static Option<string?> New(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description };
}
