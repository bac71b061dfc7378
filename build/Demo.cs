using System.Diagnostics;

namespace Build;

/// <summary>The main job: a real notebook, run by a real client with our kernel.</summary>
internal static class Demo
{
    public static async Task Run(bool lab, bool quicklook, CancellationToken stop)
    {
        var kernel = await Kernel.Publish(stop);
        var environment = (quicklook ? null : await Environments.WithCasa(stop))
            ?? await Environments.WithoutCasa(stop)
            ?? throw Environments.Nothing();
        Console.WriteLine(environment.HasCasa
            ? $"CASA comes from {environment.Origin}: {environment.Python}"
            : $"Without CASA: the quick look with python-casacore, from {environment.Origin}.");
        await Kernel.Install(kernel, environment, stop);
        if (lab)
        {
            CopyExamples(Folders.Lab, overwrite: false);
            await Tool.Run(environment.Python, ["-m", "jupyterlab", $"--notebook-dir={Folders.Lab}"], stop, environment.Variables);
            return;
        }

        CopyExamples(Folders.Demo, overwrite: true);
        var notebook = Path.Combine(Folders.Demo, environment.HasCasa ? "ngc5921.ipynb" : "quicklook.ipynb");
        var clock = Stopwatch.StartNew();
        await Convert(environment, notebook, ["notebook", "--inplace", "--execute", "--ExecutePreprocessor.kernel_name=casa-kernel"], stop);
        var seconds = clock.Elapsed.TotalSeconds;
        await Convert(environment, notebook, ["html"], stop);
        Console.WriteLine(NotebookSummary.Of(notebook).Describe(seconds));
        Console.WriteLine($"Notebook: {notebook}");
        Console.WriteLine($"Page:     {Path.ChangeExtension(notebook, ".html")}");
    }

    private static Task Convert(PythonEnvironment environment, string notebook, string[] format, CancellationToken stop) =>
        Tool.Run(environment.Python, ["-m", "nbconvert", "--log-level=WARN", notebook, "--to", .. format], stop,
            environment.Variables);

    /// <param name="overwrite">False where people work: what they have changed must stay.</param>
    private static void CopyExamples(string to, bool overwrite)
    {
        var source = Path.Combine(Folders.Root, "examples");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            if (overwrite || !File.Exists(copy))
            {
                File.Copy(file, copy, overwrite);
            }
        }
    }
}
