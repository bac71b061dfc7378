namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary><c>kernel_info_reply</c>.</summary>
internal sealed record KernelInfoReply
{
    public string Status { get; init; } = "ok";

    public string ProtocolVersion { get; init; } = Protocol.Version;

    public required string Implementation { get; init; }

    public required string ImplementationVersion { get; init; }

    public required LanguageInfo LanguageInfo { get; init; }

    public required string Banner { get; init; }

    public required bool Debugger { get; init; }

    public IReadOnlyList<HelpLink> HelpLinks { get; init; } = [];

    public required IReadOnlyList<string> SupportedFeatures { get; init; }
}

/// <summary>What front ends need to know to highlight, export and store cells.</summary>
internal sealed record LanguageInfo
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Mimetype { get; init; }

    public required CodeMirrorMode CodemirrorMode { get; init; }

    public required string PygmentsLexer { get; init; }

    public required string NbconvertExporter { get; init; }

    public required string FileExtension { get; init; }
}

/// <summary>How CodeMirror is to highlight the language.</summary>
internal sealed record CodeMirrorMode(string Name, int Version);

/// <summary>An entry of the front end's help menu.</summary>
internal sealed record HelpLink(string Text, string Url);
