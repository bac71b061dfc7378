using System.Runtime.InteropServices;
using CasaWrapperKernel.Hosting;

namespace CasaWrapperKernel.Doctor;

/// <summary>
/// What <c>casa-kernel doctor --json</c> prints, for requests for help; docs/install.md lists its keys.
/// </summary>
internal sealed record DoctorReport
{
    /// <summary>The kernel's version.</summary>
    public string Version { get; } = Product.Version;

    /// <summary>The operating system and its kernel.</summary>
    public string System { get; } = $"{RuntimeInformation.OSDescription} {RuntimeInformation.OSArchitecture}";

    /// <summary>When it was made, in UTC.</summary>
    public DateTime Time { get; } = DateTime.UtcNow;

    /// <summary>As without <c>--json</c>.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }
}
