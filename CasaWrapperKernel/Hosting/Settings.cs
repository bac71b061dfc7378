using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.PythonHost.Lanes;

namespace CasaWrapperKernel.Hosting;

/// <summary>What Python must know of the kernel that hosts it (<c>_casa_host.settings()</c>).</summary>
internal sealed record Settings
{
    /// <summary>An eventfd that is readable when there are jobs for the main thread.</summary>
    public required int MainDescriptor { get; init; }

    /// <summary>The same for jobs that cannot wait for the main thread.</summary>
    public required int ControlDescriptor { get; init; }

    /// <summary>A descriptor for the kernel's own log, on which one write is one line.</summary>
    public required int LogDescriptor { get; init; }

    /// <summary>A descriptor for Python's stack, should the process die; -1 for none.</summary>
    public required int CrashDescriptor { get; init; }

    /// <summary>The folder that holds the package <c>casawrapper</c>.</summary>
    public required string PythonSupport { get; init; }

    public required string ConnectionFile { get; init; }

    /// <summary>Where CASA is to write its log.</summary>
    public required string CasaLogFile { get; init; }

    public required CasaOptions Casa { get; init; }

    /// <summary>The kernel's version.</summary>
    public required string Version { get; init; }

    /// <returns>A JSON object.</returns>
    public static string Of(Jobs jobs, int logDescriptor, int crashDescriptor, string connectionFile,
        string casaLogFile, CasaOptions casa) =>
        JsonSerializer.Serialize(
        new Settings
        {
            MainDescriptor = jobs.Main.Descriptor,
            ControlDescriptor = jobs.Control.Descriptor,
            LogDescriptor = logDescriptor,
            CrashDescriptor = crashDescriptor,
            PythonSupport = Path.Combine(AppContext.BaseDirectory, "PythonSupport"),
            ConnectionFile = Path.GetFullPath(connectionFile),
            CasaLogFile = casaLogFile,
            Casa = casa,
            Version = Product.Version,
        },
        SettingsJson.Default.Settings);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Settings))]
internal sealed partial class SettingsJson : JsonSerializerContext;
