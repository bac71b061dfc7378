using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;


namespace CasaWrapperKernel.Doctor;

/// <summary>The part of doctor that is about kernelspecs.</summary>
internal sealed class DoctorSpecs
{
    private const string Protobuf = "PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION";

    private readonly string _python;
    private readonly List<(KernelSpecFolder Folder, KernelSpec Spec)> _all;
    private readonly List<(KernelSpecFolder Folder, KernelSpec Spec)> _own;

    public DoctorSpecs(PythonEnvironment python)
    {
        _python = python.Executable;
        _all =
        [
            .. JupyterPaths.Searched(python.Prefix)
                .SelectMany(KernelSpecFolder.List, (data, found) =>
                    (new KernelSpecFolder(data, found.Name), found.Spec)),
        ];
        _own = [.. _all.Where(found => found.Spec.Binary == Product.Program && found.Spec.Hosts(_python))];
    }

    /// <summary>The one that Jupyter takes first of those that start this program with the Python, or null.</summary>
    public KernelSpec? First => _own.Count > 0 ? _own[0].Spec : null;

    public Finding Installed() => _own.Count > 0
        ? new Finding(Level.Ok, "kernelspec", string.Join(", ", _own.Select(found => found.Folder.Name)))
        : new Finding(Level.Warn, "kernelspec", _all.Count == 0
                ? "none is installed"
                : $"{string.Join(", ", _all.Select(found => found.Folder.Name))} start another binary or Python",
            $"casa-kernel install --python {_python}");

    /// <summary>
    /// Has protobuf work in Python from the first cell on, whatever imports it; the kernel by itself does so before
    /// CASA only.
    /// </summary>
    /// <param name="finding">What is wrong with protobuf.</param>
    public Finding MendProtobuf(Finding finding)
    {
        var written = new List<string>();
        foreach (var (folder, _) in _own)
        {
            try
            {
                folder.SetVariable(Protobuf, "python");
                written.Add(folder.Name);
            }
            catch (UserException)
            {
                // Somebody else's, for all users: they run doctor --fix.
            }
        }

        return written.Count == 0 ? finding : finding with
        {
            Level = Level.Mended,
            Detail = $"{finding.Detail}; {Protobuf}=python is now in the kernelspec {string.Join(", ", written)}",
            Cure = "",
        };
    }
}
