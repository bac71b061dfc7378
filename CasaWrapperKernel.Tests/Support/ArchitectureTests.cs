using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace CasaWrapperKernel.Tests.Support;

/// <summary>What may use what inside an assembly, read from the sources; between assemblies the compiler sees to it.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string[] Assemblies = 
        ["CasaWrapperKernel.Zmtp", "CasaWrapperKernel.Jupyter", "CasaWrapperKernel.PythonHost", "CasaWrapperKernel"];

    /// <summary>Of each folder the others that it may use. The root of an assembly, which composes it, may use all of it.</summary>
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
        ["Logs"] = ["PythonHost.Output"],
        ["Hosting"] = ["PythonHost", "PythonHost.Finding", "PythonHost.Lanes", "PythonHost.Output", "PythonHost.Native"],
        ["Install"] = ["Hosting", "PythonHost", "PythonHost.Finding", "PythonHost.Native"],
    };

    [Fact]
    public void No_folder_uses_one_that_it_may_not()
    {
        var wrong = from file in Files()
                    where Allowed.ContainsKey(file.Folder)
                    from used in Uses(file.Text)
                    where used != file.Folder && !Allowed[file.Folder].Contains(used) && !IsOfLowerAssembly(used, file.Folder)
                    select $"{file.Name} uses {used}";
        Assert.Empty(wrong.Distinct());
        Assert.Contains(Files(), file => Uses(file.Text).Contains("Jupyter.Wire")); // the search finds something
    }

    [Fact]
    public void Every_folder_has_its_rule_and_its_namespace()
    {
        Assert.Empty(Files().Select(file => file.Folder).Where(folder => folder.Length > 0)
            .Except(["Zmtp", "Jupyter", "PythonHost", .. Allowed.Keys]));
        Assert.All(Files().Where(file => file.Folder.Length > 0 && file.Text.Contains("namespace ")), file =>
            Assert.Contains($"namespace CasaWrapperKernel.{file.Folder};", file.Text));
    }

    [Fact]
    public void Only_the_commands_start_processes() =>
        Assert.Equal(["Install"], Files().Where(file => StartsProcesses().IsMatch(file.Text)).Select(file => file.Folder).Distinct());

    [Fact]
    public void Only_Channels_touches_sockets() =>
        Assert.Equal(
        ["Jupyter.Channels"], Files().Where(file => file.Text.Contains("using NetMQ")).Select(file => file.Folder).Distinct());

    [Fact]
    public void No_file_is_longer_than_400_lines() =>
        Assert.All(Files(), file => Assert.InRange(file.Text.Split('\n').Length, 1, 400));

    private static IEnumerable<(string Name, string Folder, string Text)> Files() =>
        from assembly in Assemblies
        let sources = Path.GetFullPath($"../../{assembly}", ThisFolder())
        from path in Directory.EnumerateFiles(sources, "*.cs", SearchOption.AllDirectories)
        let name = $"{assembly}/{Path.GetRelativePath(sources, path)}"
        where !name.Contains("/obj/") && !name.Contains("/bin/")
        let folder = Path.GetDirectoryName(name)!.Replace('/', '.')
        select (name, folder["CasaWrapperKernel".Length..].TrimStart('.'), File.ReadAllText(path));

    private static bool IsOfLowerAssembly(string used, string folder) =>
        used.StartsWith("Jupyter") && !folder.StartsWith("Jupyter");

    private static IEnumerable<string> Uses(string text) => Using().Matches(text).Select(match => match.Groups[1].Value);

    private static string ThisFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^using (?:static )?CasaWrapperKernel\.((?:Zmtp|Jupyter|PythonHost)(?:\.\w+)?|\w+)", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"\bnew Process\b|\bProcess\.Start\b|\bProcessStartInfo\b|System\.Diagnostics\.Process\b")]
    private static partial Regex StartsProcesses();
}
