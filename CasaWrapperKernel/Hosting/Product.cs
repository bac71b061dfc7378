using System.Reflection;

namespace CasaWrapperKernel.Hosting;

/// <summary>What this program says of itself.</summary>
internal static class Product
{
    /// <summary>
    /// This kernel's program; not the process's, which is <c>dotnet</c> for a build that is not published.
    /// </summary>
    public static string Program { get; } = Path.Combine(AppContext.BaseDirectory, "casa-kernel");

    /// <summary>The version, such as <c>0.1.0</c>.</summary>
    public static string Version { get; } =
        typeof(Product).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];
}
