using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.Hosting;

/// <summary>The user's home folder.</summary>
internal static class HomeFolder
{
    private const string Variable = "HOME";

    /// <summary>HOME, else what the system knows of the user; <c>/</c> if it knows nothing.</summary>
    // Without DoNotVerify .NET says "" for a home that is not there yet.
    public static string Path => Environment.GetFolderPath(
        Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);

    /// <summary>
    /// Sets HOME where it is not set (a service, <c>env -i</c>, some schedulers): casatools ends the process without
    /// it.
    /// </summary>
    public static void SetWhereMissing()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)))
        {
            var home = Path == "/" ? Directory.CreateTempSubdirectory("casa-kernel-home-").FullName : Path;
            Environment.SetEnvironmentVariable(Variable, home);
            Libc.setenv(Variable, home, overwrite: 1); // .NET's own variables are not those that C code sees
        }
    }
}
