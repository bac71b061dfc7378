using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Hosting;

/// <summary>What the kernel says of itself to front ends.</summary>
/// <param name="pythonPath">The python that the user has named.</param>
internal sealed class KernelDescription(string pythonPath)
{
    /// <summary>
    /// Such as <c>3.11.7</c>; before the interpreter's library is loaded no more than <c>3</c> is known.
    /// </summary>
    public string PythonVersion { get; set; } = "3";

    /// <summary>Whether the environment has what JupyterLab's debugger needs.</summary>
    public bool CanDebug { get; set; }

    public KernelInfoReply Reply() => new()
    {
        Implementation = "casa-kernel",
        ImplementationVersion = Product.Version,
        Debugger = CanDebug,
        SupportedFeatures = CanDebug ? ["debugger", "kernel subshells"] : ["kernel subshells"],
        Banner = $"casa-kernel {Product.Version}: Python {PythonVersion} with CASA ({pythonPath})",
        HelpLinks =
        [
            new("CASA documentation", "https://casadocs.readthedocs.io"),
            new("Python reference", "https://docs.python.org"),
            new("IPython reference", "https://ipython.org/documentation.html"),
        ],
        LanguageInfo = new LanguageInfo
        {
            Name = "python",
            Version = PythonVersion,
            Mimetype = "text/x-python",
            CodemirrorMode = new CodeMirrorMode("ipython", 3),
            PygmentsLexer = "ipython3",
            NbconvertExporter = "python",
            FileExtension = ".py",
        },
    };
}
