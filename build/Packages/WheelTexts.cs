using System.Text.RegularExpressions;

namespace Build.Packages;

/// <summary>The files of the wheel that are not the kernel's own.</summary>
internal static partial class WheelTexts
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
        Metadata-Version: 2.4
        Name: casa-kernel
        Version: {Product.Version}
        Summary: A Jupyter kernel for CASA, with its pictures and its log under the cell
        Keywords: jupyter,kernel,casa,radio-astronomy
        License-Expression: MIT
        License-File: LICENSE
        {Links}Classifier: Development Status :: 4 - Beta
        Classifier: Framework :: Jupyter
        Classifier: Intended Audience :: Science/Research
        Classifier: Operating System :: POSIX :: Linux
        Classifier: Programming Language :: Python :: 3.10
        Classifier: Programming Language :: Python :: 3.11
        Classifier: Programming Language :: Python :: 3.12
        Classifier: Programming Language :: Python :: 3.13
        Classifier: Topic :: Scientific/Engineering :: Astronomy
        Classifier: Typing :: Typed
        Requires-Python: >=3.10
        Requires-Dist: ipython>=8.5
        {Extra("casa", "casatools", "casatasks", "casaplotms", "casaviewer", "casashell", "casaconfig", "six")}
        {Extra("interactive", "cubevis", "anywidget")}
        Description-Content-Type: text/markdown

        {Readme}
        """;

    // As GitHub's workflows have it; a wheel that is built elsewhere does not know where its sources are.
    private static string? Repository => Environment.GetEnvironmentVariable("GITHUB_REPOSITORY") is { Length: > 0 } name
        ? $"{Environment.GetEnvironmentVariable("GITHUB_SERVER_URL")}/{name}"
        : null;

    private static string Links => Repository is { } url
        ? $"Project-URL: Source, {url}\nProject-URL: Changelog, {Pages(url)}CHANGELOG.md\n"
            + $"Project-URL: Documentation, {Pages(url)}docs/casa.md\nProject-URL: Issues, {url}/issues\n"
        : "";

    /// <summary>Outside of the repository its own links lead nowhere, and its pictures are not there.</summary>
    private static string Readme
    {
        get
        {
            var text = File.ReadAllText(Path.Combine(Folders.Root, "README.md"));
            return Repository is { } url
                ? Picture().Replace(Link().Replace(text, $"]({Pages(url)}$1)"), $"]({url}/raw/v{Product.Version}/$1)")
                : text;
        }
    }

    private static string Pages(string url) => $"{url}/blob/v{Product.Version}/";

    // casatasks needs six and does not say so.
    private static string Extra(string name, params string[] packages) =>
        $"Provides-Extra: {name}\n"
        + string.Join('\n', packages.Select(package => $"Requires-Dist: {package}; extra == \"{name}\""));

    [GeneratedRegex(@"\]\(((?!https?:|#)(?![^)]*\.png\))[^)]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\]\(((?!https?:)[^)]+\.png)\)")]
    private static partial Regex Picture();

    public static string Wheel(string tag) => $"""
        Wheel-Version: 1.0
        Generator: casa-kernel {Product.Version}
        Root-Is-Purelib: false
        Tag: {tag}

        """;
}
