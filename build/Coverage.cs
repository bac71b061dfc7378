using System.Globalization;
using System.Xml.Linq;

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
            .. Tests.Unit, "--coverlet", "--coverlet-output-format", "cobertura", "--coverlet-single-hit",
            "--coverlet-include", "[casa-kernel]*", "--coverlet-include", "[CasaWrapperKernel.*]*",
        ], stop);
        var newest = Directory.EnumerateFiles(Folders.Results, "*.cobertura.xml", SearchOption.AllDirectories)
            .OrderBy(File.GetLastWriteTimeUtc).LastOrDefault() ?? throw new BuildException("the tests have left no coverage report.");
        Judge([.. Files(XDocument.Load(newest))]);
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

    // A line of a generic or asynchronous method stands there once for each class that the compiler makes of it.
    private static IEnumerable<CoveredFile> Files(XDocument report) =>
        from line in report.Descendants("class").SelectMany(type => type.Descendants("line").Select(line => (
            File: (string)type.Attribute("filename")!, Number: (int)line.Attribute("number")!, Hits: (int)line.Attribute("hits")!)))
        where !line.File.Contains("/obj/", StringComparison.Ordinal)
        group line by line.File into file
        let lines = file.GroupBy(line => line.Number).ToList()
        select new CoveredFile(Relative(file.Key), lines.Count, lines.Count(line => line.Any(one => one.Hits > 0)));

    private static string Relative(string path) =>
        Path.IsPathRooted(path) ? Path.GetRelativePath(Folders.Root, path) : path;

    private sealed record CoveredFile(string Path, int Lines, int Covered)
    {
        public double Part => (double)Covered / Math.Max(Lines, 1);
    }
}
