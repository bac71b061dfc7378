namespace CasaWrapperKernel.Hosting;

/// <summary>CASA's own start-up options, by the names that <c>casa</c> gives them; null where its configuration decides.</summary>
internal sealed record CasaOptions
{
    public string? Logfile { get; init; }

    public bool Nologfile { get; init; }

    public string? Cachedir { get; init; }

    /// <summary>Folders, with colons between them.</summary>
    public string? Datapath { get; init; }

    public string? Configfile { get; init; }
}
