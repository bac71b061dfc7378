using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum Level
{
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It was not right, and is now.</summary>
    [JsonStringEnumMemberName("mended")]
    Mended,

    /// <summary>Something will not work as it should; the kernel runs.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>The kernel cannot run cells.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}

/// <summary>What doctor found out about one thing.</summary>
/// <param name="Cure">What to do; empty if all is well.</param>
internal sealed record Finding(Level Level, string Check, string Detail, string Cure = "")
{
    /// <summary>A line, and an indented one with the cure.</summary>
    public override string ToString()
    {
        var level = Level switch { Level.Ok => "ok", Level.Mended => "mended", Level.Warn => "warn", _ => "FAIL" };
        return $"{level,-6} {Check,-23} {Detail}{(Cure.Length > 0 ? $"\n       {Cure}" : "")}";
    }
}

/// <summary>A finding as <c>python -m casawrapper.casa.doctor</c> reports it.</summary>
internal sealed record PythonFinding
{
    public string Check { get; set; } = "";

    public bool Ok { get; set; }

    public string Detail { get; set; } = "";

    public string Cure { get; set; } = "";

    public bool Mended { get; set; }

    // A kernel without CASA is still a Python kernel; without IPython it runs nothing.
    public Finding ToFinding() =>
        new(Mended ? Level.Mended : Ok ? Level.Ok : Check == "ipython" ? Level.Fail : Level.Warn, Check, Detail, Cure);
}
