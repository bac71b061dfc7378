using System.Runtime.CompilerServices;

namespace Build;

/// <summary>Where things are.</summary>
internal static class Folders
{
    public static string Root { get; } = Path.GetDirectoryName(SourceFolder())!;

    public static string Solution { get; } = Path.Combine(Root, "CasaWrapperKernel.slnx");

    public static string Artifacts { get; } = Path.Combine(Root, "artifacts");

    /// <summary>Wheelhouses and tools beside the repository, for machines that reach no PyPI; need not be there.</summary>
    public static string Shared { get; } = Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    /// <summary>The kernel as it is installed.</summary>
    public static string Kernel { get; } = Path.Combine(Artifacts, "kernel");

    /// <summary>A Jupyter data prefix that holds our kernelspec only; <see cref="JupyterPath"/> points Jupyter at it.</summary>
    public static string Jupyter { get; } = Path.Combine(Artifacts, "jupyter");

    public static string JupyterPath { get; } = Path.Combine(Jupyter, "share", "jupyter");

    /// <summary>The CASA environment that we make, where there is none.</summary>
    public static string Casa { get; } = Path.Combine(Artifacts, "casa");

    /// <summary>Copies of the examples that the demo runs; made anew each time.</summary>
    public static string Demo { get; } = Path.Combine(Artifacts, "demo");

    /// <summary>Copies of the examples to work with in JupyterLab; never overwritten.</summary>
    public static string Lab { get; } = Path.Combine(Artifacts, "lab");

    /// <summary>What is given away: archives, wheels, checksums.</summary>
    public static string Packages { get; } = Path.Combine(Artifacts, "packages");

    public static string Results { get; } = Path.Combine(Artifacts, "test-results");

    private static string SourceFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
