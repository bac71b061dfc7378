namespace Build;

/// <summary>Builds the kernel and makes it known to Jupyter.</summary>
internal static class Kernel
{
    private static string Project => Path.Combine(Folders.Root, "CasaWrapperKernel");

    /// <summary>
    /// Publishes the kernel: native code where there is a C compiler to link it, else precompiled for the .NET runtime.
    /// </summary>
    /// <returns>The path of the program.</returns>
    public static async Task<string> Publish(CancellationToken stop)
    {
        var linker = await Linker(stop);
        string[] kind = linker is null
            ? ["-p:PublishAot=false", "-p:PublishReadyToRun=true", "--self-contained", "false"]
            : [$"-p:CppCompilerAndLinker={linker}"];
        if (linker is null)
        {
            Console.WriteLine("No C compiler here (gcc or clang): the kernel will need the .NET runtime.");
        }

        await Tool.Run("dotnet",
            ["publish", Project, "-c", "Release", "-r", "linux-x64", "-o", Folders.Kernel, "-v", "quiet", .. kind], stop);
        return Path.Combine(Folders.Kernel, "casa-kernel");
    }

    /// <summary>Writes the kernelspec for an environment under <see cref="Folders.Jupyter"/>.</summary>
    public static Task Install(string kernel, PythonEnvironment environment, CancellationToken stop)
    {
        if (Directory.Exists(Folders.Jupyter))
        {
            Directory.Delete(Folders.Jupyter, recursive: true);
        }

        return Tool.Run(kernel, ["install", "--prefix", Folders.Jupyter, "--python", environment.Python], stop,
            environment.Variables);
    }

    /// <returns>A C compiler that can link native code, or null if there is none.</returns>
    public static async Task<string?> Linker(CancellationToken stop)
    {
        foreach (var compiler in (string[])["clang", "gcc"])
        {
            if (await Tool.Output(compiler, ["--version"], stop) is not null)
            {
                return compiler;
            }
        }

        return null;
    }
}
