using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Finding;

/// <summary>
/// The C++ and OpenSSL libraries that an environment brings beside its Python, as conda's do. The environment's python
/// finds them by a path in its own program, which the kernel has not; the system's, perhaps older, would be taken.
/// </summary>
internal static class OwnLibraries
{
    // Each after those that it needs. What is loaded once under such a name serves everybody in the process, .NET too.
    private static readonly string[] Names = ["libgcc_s.so.1", "libstdc++.so.6", "libcrypto.so.3", "libssl.so.3"];

    /// <summary>Loads them; to be called before anything can have loaded the system's.</summary>
    /// <remarks>Not by LD_LIBRARY_PATH, which the programs that cells start would inherit.</remarks>
    public static void Load(string executable)
    {
        foreach (var library in Of(executable))
        {
            Libc.dlopen(library, Libc.RTLD_NOW); // one that cannot be loaded is left to whoever needs it, and says why
        }
    }

    /// <summary>Their paths; none for a Python of the system.</summary>
    public static IEnumerable<string> Of(string executable)
    {
        var real = PythonLocation.Real(Path.GetFullPath(executable));
        var folder = Path.GetFullPath("../../lib", real);
        return PythonLocation.IsSystemFolder(folder)
            ? []
            : Names.Select(name => Path.Combine(folder, name)).Where(File.Exists);
    }
}
