using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CasaWrapperKernel.Tests.Support;

/// <summary>
/// What may use what inside an assembly, read from the sources; between assemblies the compiler sees to it.
/// </summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Assemblies = [
        "CasaWrapperKernel.Zmtp", "CasaWrapperKernel.Jupyter", "CasaWrapperKernel.PythonHost",
        "CasaWrapperKernel.Recompute", "CasaWrapperKernel"];

    /// <summary>
    /// Of each folder the others that it may use. The root of an assembly, which composes it, may use all of it.
    /// </summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Zmtp.Protocol"] = [],
        ["Zmtp.Security"] = ["Zmtp.Protocol"],
        ["Zmtp.Transport"] = ["Zmtp.Protocol", "Zmtp.Security"],
        ["Jupyter.Wire"] = [],
        ["Jupyter.Connection"] = [],
        ["Jupyter.Channels"] = ["Jupyter.Wire", "Jupyter.Connection", "Zmtp", "Zmtp.Security"],
        ["Jupyter.Execution"] = ["Jupyter.Wire", "Jupyter.Channels"],
        ["PythonHost.Native"] = [],
        ["PythonHost.Finding"] = ["PythonHost.Native"],
        ["PythonHost.Lanes"] = ["PythonHost.Native"],
        ["PythonHost.Output"] = ["PythonHost.Native", "PythonHost.Lanes"],
        ["PythonHost.CApi"] = ["PythonHost.Lanes", "PythonHost.Finding", "PythonHost.Native"],
        ["PythonHost.PythonNet"] = ["PythonHost.Lanes", "PythonHost.Finding", "PythonHost.Native"],
        ["Recompute.Native"] = [],
        ["Recompute.Identity"] = ["Recompute.Native"],
        ["Recompute.Storage"] = ["Recompute.Native", "Recompute.Identity"],
        ["Recompute.Calls"] = ["Recompute.Identity", "Recompute.Storage"],
        ["Logs.Following"] = [],
        ["Logs.Model"] = ["Logs.Following", "Logs.Rendering"],
        ["Logs.Rendering"] = ["Logs.Following", "Logs.Model"],
        ["Logs.Stderr"] = ["Logs.Following", "Logs.Model", "PythonHost.Output"],
        ["Logs"] = ["Logs.Following", "Logs.Model", "Logs.Rendering", "Logs.Stderr"],
        ["Hosting"] = [
            "PythonHost", "PythonHost.Finding", "PythonHost.Lanes", "PythonHost.Output", "PythonHost.Native"],
        ["Crashes"] = ["Hosting", "Logs", "PythonHost.Native"],
        ["PythonEnvironments"] = ["Hosting", "PythonHost.Finding"],
        ["KernelSpecs"] = ["Hosting", "PythonEnvironments", "PythonHost.Finding"],
        ["Doctor"] = ["Hosting", "PythonEnvironments", "KernelSpecs", "PythonHost", "PythonHost.Finding"],
        ["Commands"] =
            ["Hosting", "PythonEnvironments", "KernelSpecs", "Doctor", "Crashes", "Recompute", "Recompute.Storage"],
    };

    [Fact]
    public void No_folder_uses_one_that_it_may_not()
    {
        var wrong = from file in Files()
                    where Allowed.ContainsKey(file.Folder)
                    from used in Uses(file.Text)
                    where used != file.Folder && !Allowed[file.Folder].Contains(used)
                        && !IsOfLowerAssembly(used, file.Folder)
                    select $"{file.Name} uses {used}";
        Assert.Empty(wrong.Distinct());
        Assert.Contains(Files(), file => Uses(file.Text).Contains("Jupyter.Wire")); // the search finds something
    }

    [Fact]
    public void Every_folder_has_its_rule_and_its_namespace()
    {
        Assert.Empty(Files().Select(file => file.Folder).Where(folder => folder.Length > 0)
            .Except(["Zmtp", "Jupyter", "PythonHost", "Recompute", .. Allowed.Keys]));
        Assert.All(Files().Where(file => file.Folder.Length > 0 && file.Text.Contains("namespace ")), file =>
            Assert.Contains($"namespace CasaWrapperKernel.{file.Folder};", file.Text));
    }

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.All(Files(), file => Assert.InRange(file.Text.Split('\n').Length, 1, 400));

    [Fact]
    public void No_line_is_longer_than_120_columns_unless_a_literal_is() => Assert.Empty(
        from file in Files([.. Assemblies, "CasaWrapperKernel.Tests", "CasaWrapperKernel.Benchmarks"])
        from line in Verbatim().Replace(file.Text, "").Split('\n')
        where line.Length > 120 && Literal().Replace(line, "").Length > 80
        select $"{file.Name}: {line.Trim()}");

    private static IEnumerable<(string Name, string Folder, string Text)> Files() => Files(Assemblies);

    private static IEnumerable<(string Name, string Folder, string Text)> Files(string[] assemblies) =>
        from assembly in assemblies
        let sources = Path.GetFullPath($"../../{assembly}", ThisFolder())
        from path in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
        let name = $"{assembly}/{Path.GetRelativePath(sources, path)}"
        where !name.Contains("/obj/") && !name.Contains("/bin/")
        let folder = Path.GetDirectoryName(name)!.Replace('/', '.')
        select (name, folder["CasaWrapperKernel".Length..].TrimStart('.'), File.ReadAllText(path));

    private static bool IsOfLowerAssembly(string used, string folder) =>
        used.StartsWith("Jupyter") && !folder.StartsWith("Jupyter");

    private static IEnumerable<string> Uses(string text) =>
        Using().Matches(text).Select(match => match.Groups[1].Value);

    private static string ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(
        @"^using (?:static )?CasaWrapperKernel\.((?:Zmtp|Jupyter|PythonHost|Recompute|Logs)(?:\.\w+)?|\w+)",
        RegexOptions.Multiline)]
    private static partial Regex Using();

    // Texts of several lines, which are as long as what they show.
    [GeneratedRegex("\"\"\"\\n.*?\"\"\"", RegexOptions.Singleline)]
    private static partial Regex Verbatim();

    [GeneratedRegex("\"\"\".*?\"\"\"|\"(?:[^\"\\\\\\n]|\\\\.)*\"")]
    private static partial Regex Literal();
}
