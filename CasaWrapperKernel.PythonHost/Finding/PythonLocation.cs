using System.Text.RegularExpressions;
using CasaWrapperKernel.Jupyter;

namespace CasaWrapperKernel.PythonHost.Finding;

/// <summary>
/// A Python interpreter that can be hosted: its executable and the shared library that belongs to it.
/// </summary>
/// <param name="Executable">As the user named it; a virtual environment is recognised by this path.</param>
/// <param name="Library">Path of libpython3.X.so.</param>
/// <param name="Version">Such as <c>3.11</c>.</param>
internal sealed partial record PythonLocation(string Executable, string Library, string Version)
{
    private static readonly string[] SystemFolders =
    [
        "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib",
    ];

    /// <summary>
    /// Finds the library by looking at the disk only: asking the interpreter would cost its start-up time.
    /// </summary>
    /// <exception cref="UserException">There is no such interpreter, or it has no shared library.</exception>
    public static PythonLocation Find(string executable)
    {
        executable = Path.GetFullPath(executable);
        if (!File.Exists(executable))
        {
            throw new UserException(
                $"There is no Python at {executable}; give --python the path of the python in your CASA environment.");
        }

        var real = Real(executable);
        if (IsScript(real))
        {
            throw new UserException(
                $"{executable} is a script that starts a Python; give --python what it prints for: "
                + $"{executable} -c 'import sys; print(sys.executable)'");
        }

        if (!Path.GetFileName(real).StartsWith("python", StringComparison.Ordinal))
        {
            throw new UserException($"{executable} is no Python; give --python the python of your CASA environment.");
        }

        var folder = Path.GetDirectoryName(real)!;
        var versions = Versions(real, folder).ToList();
        foreach (var version in versions)
        {
            foreach (var library in Candidates(folder, version).Where(File.Exists))
            {
                return new PythonLocation(executable, library, version);
            }
        }

        var name = versions.Count > 0 ? versions[0] : "3.X";
        throw new UserException(
            $"{executable} has no shared library libpython{name}.so, which the kernel needs to host it; install it "
            + $"(Debian: libpython{name}, RHEL: python{name}-libs, pyenv: PYTHON_CONFIGURE_OPTS=--enable-shared).");
    }

    /// <summary>
    /// Whether the environment has a package, by its folder; a wrong no costs no more than a greyed button.
    /// </summary>
    public bool Has(string package)
    {
        var prefix = Path.GetDirectoryName(Path.GetDirectoryName(Executable)) ?? "/";
        string[] places = [
            $"lib/python{Version}/site-packages", $"lib64/python{Version}/site-packages", "lib/python3/dist-packages"];
        return places.Any(place => Directory.Exists(Path.Combine(prefix, place, package)));
    }

    /// <summary>Where a file is, whatever links lead to it.</summary>
    public static string Real(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    /// <summary>Whether the dynamic linker looks there by itself.</summary>
    public static bool IsSystemFolder(string folder) => folder == "/lib" || SystemFolders.Contains(folder);

    private static IEnumerable<string> Candidates(string folder, string version)
    {
        var prefix = Path.GetDirectoryName(folder) ?? "/";
        foreach (var lib in (string[])[Path.Combine(prefix, "lib"), Path.Combine(prefix, "lib64"), .. SystemFolders])
        {
            yield return Path.Combine(lib, $"libpython{version}.so.1.0");
            yield return Path.Combine(lib, $"libpython{version}.so");
        }
    }

    private static IEnumerable<string> Versions(string real, string folder)
    {
        if (VersionInName().Match(Path.GetFileName(real)) is { Success: true } match)
        {
            yield return match.Groups[1].Value;
        }

        foreach (var file in Directory.EnumerateFiles(folder, "python3.*").Order())
        {
            if (VersionInName().Match(Path.GetFileName(file)) is { Success: true } other)
            {
                yield return other.Groups[1].Value;
            }
        }
    }

    private static bool IsScript(string path)
    {
        using var file = File.OpenRead(path);
        return file.ReadByte() == '#' && file.ReadByte() == '!';
    }

    [GeneratedRegex(@"^python(3\.\d+)$")]
    private static partial Regex VersionInName();
}
