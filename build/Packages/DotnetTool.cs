namespace Build.Packages;

/// <summary>The kernel as a .NET tool, for those who have the SDK: <c>dotnet tool install casa-kernel</c>.</summary>
internal static class DotnetTool
{
    /// <summary>Two packages: one that says for which machines there is a program, and the program.</summary>
    public static async Task Pack(CancellationToken stop)
    {
        string[] common =
        [
            "pack", Path.Combine(Folders.Root, "CasaWrapperKernel"), "-c", "Release", "-o", Folders.Packages, "-v", "quiet",
            "-p:PackTool=true", $"-p:CppCompilerAndLinker={await Kernel.Linker(stop)}",
        ];
        await Tool.Run("dotnet", common, stop);
        await Tool.Run("dotnet", [.. common, "-r", "linux-x64"], stop);
    }
}
