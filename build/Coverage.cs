using System.Globalization;
using System.Text.Json;

namespace Build;

/// <summary>How much of the C# side the unit tests run, the kernels that they start in other processes included.</summary>
internal static class Coverage
{
    private const double LeastOfAll = 0.90;
    private const double LeastOfAFile = 0.70;

    // Where a defect ends the kernel, or makes it deaf.
    private const string Hosting = "CasaWrapperKernel.PythonHost/";

    /// <summary>Runs the tests and prints the part of the lines that ran, by folder.</summary>
    /// <exception cref="BuildException">A test failed, or too little ran.</exception>
    public static async Task Run(CancellationToken stop)
    {
        await Tool.Run("dotnet", ["build", Folders.Solution, "-v", "quiet"], stop);
        await Tool.Run("dotnet",
        [
            "test", "--solution", Folders.Solution, "--no-build", "--timeout", "10m", "--results-directory", Folders.Results,
            "--coverlet", "--coverlet-output-format", "json", "--coverlet-single-hit",
        ], stop);
        var newest = Directory.EnumerateFiles(Folders.Results, "coverage*.json").MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new BuildException("the tests have left no report of what they ran; see above.");
        using var report = JsonDocument.Parse(await File.ReadAllBytesAsync(newest, stop));
        Judge([.. Files(report.RootElement)]);
    }

    private static void Judge(IReadOnlyList<CoveredFile> files)
    {
        foreach (var folder in files.GroupBy(file => Path.GetDirectoryName(file.Path)).OrderBy(group => group.Key))
        {
            Console.WriteLine($"{Part(folder),6:P0} {folder.Key}");
        }

        Console.WriteLine($"{Part(files),6:P1} of all {files.Sum(file => file.Lines)} lines");
        foreach (var file in files.Where(IsTooLittle))
        {
            Console.WriteLine($"{file.Part,6:P0} {file.Path}: too little");
        }

        if (Part(files) < LeastOfAll || files.Any(IsTooLittle))
        {
            throw new BuildException(string.Create(CultureInfo.InvariantCulture,
                $"the tests run less than {LeastOfAll:P0} of all lines, or less than {LeastOfAFile:P0} of a file that hosts Python."));
        }
    }

    private static bool IsTooLittle(CoveredFile file) =>
        file.Path.StartsWith(Hosting, StringComparison.Ordinal) && file.Part < LeastOfAFile;

    private static double Part(IEnumerable<CoveredFile> files) =>
        (double)files.Sum(file => file.Covered) / Math.Max(files.Sum(file => file.Lines), 1);

    // The report: module, file, class, method, and in "Lines" of each how often it ran. A line of an asynchronous method
    // stands there once for each class that the compiler makes of it.
    private static IEnumerable<CoveredFile> Files(JsonElement report) =>
        from file in report.EnumerateObject().SelectMany(module => module.Value.EnumerateObject())
        let path = Path.GetRelativePath(Folders.Root, file.Name)
        where path.StartsWith("CasaWrapperKernel", StringComparison.Ordinal)
        let lines = file.Value.EnumerateObject().SelectMany(type => type.Value.EnumerateObject())
            .SelectMany(method => method.Value.GetProperty("Lines").EnumerateObject())
            .GroupBy(line => line.Name, line => line.Value.GetInt32()).ToList()
        select new CoveredFile(path, lines.Count, lines.Count(hits => hits.Any(hit => hit > 0)));

    private sealed record CoveredFile(string Path, int Lines, int Covered)
    {
        public double Part => (double)Covered / Math.Max(Lines, 1);
    }
}
