using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonEnvironments;
using CasaWrapperKernel.PythonHost.Finding;

namespace CasaWrapperKernel.KernelSpecs;

/// <summary>
/// A <c>kernel.json</c>: how Jupyter is to start a kernel (Jupyter client documentation, "Kernel specs").
/// </summary>
internal sealed record KernelSpec
{
    public const string FileName = "kernel.json";
    private const string Program = "casa-kernel";
    private const string ResourceFolder = "{resource_dir}";

    public IReadOnlyList<string> Argv { get; set; } = [];

    public string DisplayName { get; set; } = "";

    /// <summary>How Jupyter interrupts a cell: by a <c>signal</c> or by a <c>message</c>.</summary>
    public string InterruptMode { get; set; } = "signal";

    public Dictionary<string, string> Env { get; set; } = [];

    /// <summary>What else the file holds; it is kept.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }

    /// <summary>The template that is delivered with the kernel.</summary>
    public static string Template { get; } = Path.Combine(AppContext.BaseDirectory, FileName);

    [JsonIgnore]
    public string Binary => Argv is [var first, ..] ? first : "";

    /// <summary>The container image that the kernel runs in, or null.</summary>
    [JsonIgnore]
    public string? Image => Argv is [_, "run", "--app", ContainerSpec.App, ..]
        ? Argv.TakeWhile(argument => argument != "-f").Last() : null;

    [JsonIgnore]
    public bool IsOurs => Path.GetFileName(Binary) == Program || Image is not null;

    /// <summary>What the kernel will host: a Python, or that of an image; null if that cannot be known.</summary>
    [JsonIgnore]
    public string? Python =>
        Image ?? Argv.SkipWhile(argument => argument != "--python").ElementAtOrDefault(1) ?? PackagedPython.Of(Binary);

    /// <summary>CASA's start-up options, which are the last arguments.</summary>
    [JsonIgnore]
    public IEnumerable<string> CasaArguments => Argv.SkipWhile(argument => !CasaOptions.Names.Contains(argument));

    /// <returns>Null if there is no such file or it is not a kernel.json.</returns>
    public static KernelSpec? Read(string file) =>
        ReadAsWritten(file) is { } spec
            ? spec with { Argv = [.. spec.Argv.Select(argument => WithFolder(argument, file))] } : null;

    /// <summary>The same, without the kernelspec's own folder in the place of {resource_dir}.</summary>
    public static KernelSpec? ReadAsWritten(string file)
    {
        try
        {
            var spec = JsonSerializer.Deserialize(File.ReadAllBytes(file), KernelSpecJson.Default.KernelSpec);
            return spec is null ? null : spec with { Argv = spec.Argv ?? [] };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <exception cref="UserException">The template is missing or damaged.</exception>
    public static KernelSpec FromTemplate(string template) => Read(template) ?? throw new UserException(
        $"{template} is missing or damaged; unpack the whole folder of casa-kernel again, not the binary alone.");

    /// <summary>The spec that starts <paramref name="binary"/> for a Python.</summary>
    /// <exception cref="UserException">The template is missing or damaged.</exception>
    public static KernelSpec Make(string template, string binary, string python, string displayName)
    {
        var spec = FromTemplate(template);
        return spec with
        {
            Argv = [.. (spec.Argv ?? [])
                .Select(argument => argument switch { "{kernel}" => binary, "{python}" => python, _ => argument })],
            DisplayName = displayName,
        };
    }

    public void Write(string file)
    {
        using var stream = File.Create(file);
        using var json = new Utf8JsonWriter(stream, KernelSpecJson.Writing);
        JsonSerializer.Serialize(json, this, KernelSpecJson.Default.KernelSpec);
    }

    /// <summary>Whether it hosts that Python, be it under another of its names (python, python3, python3.11).</summary>
    public bool Hosts(string python) => Python is { } own
        && (own == python
            || (Path.GetDirectoryName(own) == Path.GetDirectoryName(python)
            && PythonLocation.Real(own) == PythonLocation.Real(python)));

    // As Jupyter does it; the wheel's kernelspec says so where the binary is.
    private static string WithFolder(string argument, string file) =>
        argument.StartsWith(ResourceFolder, StringComparison.Ordinal)
            ? Path.GetFullPath(Path.GetDirectoryName(Path.GetFullPath(file)) + argument[ResourceFolder.Length..])
            : argument;
}
