using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Crashes;

/// <summary>What is to be noted of this process.</summary>
internal static class KernelNotes
{
    public static KernelNote Of(string python, string log) => new(
        Environment.ProcessId, Environment.MachineName, Environment.GetEnvironmentVariable("JPY_SESSION_NAME") ?? "",
        Folder(), Environment.UserName, Product.Version, python, log, DateTime.UtcNow);

    private static string Folder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (IOException)
        {
            return ""; // it has been removed
        }
    }
}
