namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary><c>kernel_info_reply</c>.</summary>
internal sealed record KernelInfoReply
{
    public string Status { get; init; } = "ok";

    public string ProtocolVersion { get; init; } = Protocol.Version;

    public string Implementation { get; init; } = "casa-kernel";

    public required string ImplementationVersion { get; init; }

    public required LanguageInfo LanguageInfo { get; init; }

    public required string Banner { get; init; }

    public required bool Debugger { get; init; }

    public IReadOnlyList<HelpLink> HelpLinks { get; init; } =
    [
        new("CASA documentation", "https://casadocs.readthedocs.io"),
        new("Python reference", "https://docs.python.org"),
        new("IPython reference", "https://ipython.org/documentation.html"),
    ];

    public required IReadOnlyList<string> SupportedFeatures { get; init; }
}

/// <summary>What front ends need to know to highlight, export and store cells.</summary>
internal sealed record LanguageInfo(string Version)
{
    public string Name { get; init; } = "python";

    public string Mimetype { get; init; } = "text/x-python";

    public CodeMirrorMode CodemirrorMode { get; init; } = new("ipython", 3);

    public string PygmentsLexer { get; init; } = "ipython3";

    public string NbconvertExporter { get; init; } = "python";

    public string FileExtension { get; init; } = ".py";
}

/// <summary>How CodeMirror is to highlight the language.</summary>
internal sealed record CodeMirrorMode(string Name, int Version);

/// <summary>An entry of the front end's help menu.</summary>
internal sealed record HelpLink(string Text, string Url);
