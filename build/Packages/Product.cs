using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Build.Packages;

/// <summary>What all packages say of themselves.</summary>
internal static partial class Product
{
    /// <summary>From Directory.Build.props, where the program has it from as well.</summary>
    public static string Version { get; } =
        XDocument.Load(Path.Combine(Folders.Root, "Directory.Build.props")).Descendants("Version").First().Value;

    /// <summary>The time of every packed file, so that the same sources give the same bytes; zip knows none before 1980.</summary>
    public static DateTimeOffset Time { get; } = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The glibc that a program needs, for example <c>2_34</c>, as Python's platform tags write it.</summary>
    /// <remarks>The linker wrote it into the program; what it is depends on the machine that builds.</remarks>
    public static string GlibcOf(string program)
    {
        var minor = GlibcSymbol().Matches(Encoding.Latin1.GetString(File.ReadAllBytes(program)))
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .DefaultIfEmpty(17)
            .Max();
        return $"2_{minor}";
    }

    [GeneratedRegex(@"GLIBC_2\.(\d+)")]
    private static partial Regex GlibcSymbol();
}
