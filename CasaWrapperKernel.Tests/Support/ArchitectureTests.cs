using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CasaWrapperKernel.Tests.Support;

/// <summary>What may use what, read from the sources.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Sources = Path.GetFullPath("../../CasaWrapperKernel", ThisFolder());

    /// <summary>Of each folder the others that it may use. The composition root may use all.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Wire"] = [],
        ["Native"] = [],
        ["Hosting"] = ["Native"],
        ["Channels"] = ["Wire", "Hosting"],
        ["Execution"] = ["Wire", "Channels"],
        ["Python"] = ["Native", "Wire", "Channels", "Execution", "Hosting"],
        ["Python.CApi"] = ["Python", "Native"],
        ["Python.PythonNet"] = ["Python", "Native"],
        ["Logs"] = ["Wire", "Channels", "Execution", "Python"],
        ["Install"] = ["Hosting", "Python", "Native"],
    };

    [Fact(Timeout = 10_000)]
    public Task No_folder_uses_one_that_it_may_not() => Task.Run(() =>
    {
        var wrong = from file in Files()
                    where file.Folder.Length > 0
                    from used in Uses(file.Text)
                    where used != file.Folder && !Allowed[file.Folder].Contains(used)
                    select $"{file.Name} uses {used}";
        Assert.Empty(wrong.Distinct());
        Assert.Contains(Files(), file => Uses(file.Text).Contains("Wire")); // the search finds something
    });

    [Fact(Timeout = 10_000)]
    public Task Every_folder_has_its_rule_and_its_namespace() => Task.Run(() =>
    {
        Assert.Empty(Files().Select(file => file.Folder).Where(folder => folder.Length > 0).Except(Allowed.Keys));
        Assert.All(Files().Where(file => file.Folder.Length > 0 && file.Text.Contains("namespace ")), file =>
            Assert.Contains($"namespace CasaWrapperKernel.{file.Folder};", file.Text));
    });

    [Fact(Timeout = 10_000)]
    public Task Only_the_commands_start_processes() => Task.Run(() =>
        Assert.Equal(["Install"], Files().Where(file => StartsProcesses().IsMatch(file.Text)).Select(file => file.Folder).Distinct()));

    [Fact(Timeout = 10_000)]
    public Task Only_Channels_touches_sockets() => Task.Run(() =>
        Assert.Equal(["Channels"], Files().Where(file => file.Text.Contains("using NetMQ")).Select(file => file.Folder).Distinct()));

    [Fact(Timeout = 10_000)]
    public Task No_file_is_longer_than_400_lines() => Task.Run(() =>
        Assert.All(Files(), file => Assert.InRange(file.Text.Split('\n').Length, 1, 400)));

    private static IEnumerable<(string Name, string Folder, string Text)> Files() =>
        from path in Directory.EnumerateFiles(Sources, "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Sources, path)
        where !name.StartsWith("obj/") && !name.StartsWith("bin/")
        select (name, (Path.GetDirectoryName(name) ?? "").Replace('/', '.'), File.ReadAllText(path));

    private static IEnumerable<string> Uses(string text) =>
        Using().Matches(text).Select(match => match.Groups[1].Value).Concat(
            Qualified().Matches(Comment().Replace(text, "")).Select(match => match.Groups[1].Value));

    private static string ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^using (?:static )?CasaWrapperKernel\.(Python\.(?:CApi|PythonNet)|\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    // Within CasaWrapperKernel a type of another folder can be named without a using.
    [GeneratedRegex(@"(?<![\w.""/])(Wire|Channels|Execution|Hosting|Install|Logs|Native|Python(?:\.(?:CApi|PythonNet))?)\.[A-Z]\w*[.(<]")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"//.*|""(?:[^""\\\n]|\\.)*""")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bnew Process\b|\bProcess\.Start\b|\bProcessStartInfo\b|System\.Diagnostics\.Process\b")]
    private static partial Regex StartsProcesses();
}
