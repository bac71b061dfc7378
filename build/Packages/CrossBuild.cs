namespace Build.Packages;

/// <summary>Builds the kernel for 64-bit ARM on an x86_64 machine.</summary>
internal static class CrossBuild
{
    private const string Triplet = "aarch64-linux-gnu";

    /// <returns>The path of the program.</returns>
    /// <exception cref="BuildException">There is no compiler for ARM here.</exception>
    public static async Task<string> Arm64(CancellationToken stop)
    {
        if (await Tool.Output($"{Triplet}-gcc", ["--version"], stop) is null)
        {
            await Debian.Install([$"gcc-{Triplet}", "libc6-dev-arm64-cross"], stop);
        }

        if (await Tool.Output($"{Triplet}-gcc", ["--version"], stop) is null)
        {
            throw new BuildException($"there is no compiler for ARM; install it (Debian: gcc-{Triplet}) or leave out --arm64.");
        }

        // What NuGet restores goes elsewhere: the lock file and the usual build know linux-x64 only.
        var own = Path.Combine(Folders.Artifacts, "arm64");
        var output = Path.Combine(Folders.Artifacts, "kernel-arm64");
        await Tool.Run("dotnet",
        [
            "publish", Path.Combine(Folders.Root, "CasaWrapperKernel"), "-c", "Release", "-r", "linux-arm64", "-o", output,
            "-v", "quiet", "-p:RuntimeIdentifiers=linux-arm64", $"-p:ArtifactsPath={own}",
            "-p:RestorePackagesWithLockFile=false",
            $"-p:CppCompilerAndLinker={Linker(own)}", $"-p:ObjCopyName={Triplet}-objcopy",
        ], stop);
        return Path.Combine(output, "casa-kernel");
    }

    // The SDK tells the linker the target as clang wants to hear it; a gcc for one target does not know the option.
    private static string Linker(string folder)
    {
        var script = Path.Combine(Directory.CreateDirectory(folder).FullName, "gcc-as-clang");
        File.WriteAllText(script, $"""
            #!/bin/sh
            for argument; do shift; case $argument in --target=*) ;; *) set -- "$@" "$argument" ;; esac; done
            exec {Triplet}-gcc "$@"
            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(script, PayloadFile.Program);
        }

        return script;
    }
}
