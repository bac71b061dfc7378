namespace Build.Packages;

/// <summary>The files of the wheel that are not the kernel's own.</summary>
internal static class WheelTexts
{
    /// <summary>
    /// A wheel cannot know where it will be installed: Jupyter puts the kernelspec's own folder for {resource_dir}, and
    /// without --python the kernel takes the environment that it was installed into.
    /// </summary>
    public static string KernelSpec => File.ReadAllText(Path.Combine(Folders.Root, "kernel.json"))
        .Replace("{kernel}", "{resource_dir}/../../../../lib/casa-kernel/casa-kernel", StringComparison.Ordinal)
        .Replace(", \"--python\", \"{python}\"", "", StringComparison.Ordinal)
        .Replace("{display_name}", "CASA (casa-kernel)", StringComparison.Ordinal);

    /// <summary>The command on PATH. pip puts the path of its own Python in the first line; the kernel reads it there.</summary>
    public const string Command = """
        #!python
        import os
        import sys

        prefix = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
        program = os.path.join(prefix, "lib", "casa-kernel", "casa-kernel")
        os.execv(program, [program, *sys.argv[1:]])

        """;

    public static string Metadata => $"""
        Metadata-Version: 2.1
        Name: casa-kernel
        Version: {Product.Version}
        Summary: A Jupyter kernel for CASA, with its pictures and its log under the cell
        License: MIT
        Classifier: Framework :: Jupyter
        Classifier: License :: OSI Approved :: MIT License
        Classifier: Operating System :: POSIX :: Linux
        Classifier: Topic :: Scientific/Engineering :: Astronomy
        Requires-Python: >=3.10
        Requires-Dist: ipython>=8.5

        Install it into the environment that has CASA; Jupyter then lists "CASA (casa-kernel)".

        """;

    public static string Wheel(string tag) => $"""
        Wheel-Version: 1.0
        Generator: casa-kernel {Product.Version}
        Root-Is-Purelib: false
        Tag: {tag}

        """;
}
