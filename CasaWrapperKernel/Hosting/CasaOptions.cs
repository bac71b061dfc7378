namespace CasaWrapperKernel.Hosting;

/// <summary>
/// CASA's own start-up options, by the names that <c>casa</c> gives them; null where its configuration decides.
/// </summary>
internal sealed record CasaOptions
{
    /// <summary>What they are called on the command line.</summary>
    public static readonly string[] Names = ["--logfile", "--nologfile", "--cachedir", "--datapath", "--configfile"];

    public string? Logfile { get; init; }

    public bool Nologfile { get; init; }

    public string? Cachedir { get; init; }

    /// <summary>Folders, with colons between them.</summary>
    public string? Datapath { get; init; }

    public string? Configfile { get; init; }
}
