using System.Globalization;
using System.Xml.Linq;

namespace Build;

/// <summary>Everything that must hold: format, lint, types, unit tests, the whole kernel, the examples with and without CASA.</summary>
internal static class Tests
{
    public static async Task Run(CancellationToken stop)
    {
        if (Directory.Exists(Folders.Results))
        {
            Directory.Delete(Folders.Results, recursive: true);
        }

        Directory.CreateDirectory(Folders.Results);
        await Tool.Run("dotnet", ["build", Folders.Solution, "-v", "quiet"], stop);
        await Tool.Run("dotnet", ["format", Folders.Solution, "--no-restore", "--verify-no-changes"], stop);
        var failed = await PythonChecks.Find(stop);
        // Without a C compiler there are no packages, and their tests are skipped.
        var kernel = await (await Kernel.Linker(stop) is null ? Kernel.Publish(stop) : Packages.Packages.Make(arm64: false, stop));

        failed |= await Tool.Try("dotnet",
            ["run", "--no-build", "--project", "CasaWrapperKernel.Tests", "--", "-result-junit", Result("unit")], stop) != 0;
        var environment = await Environments.WithCasa(stop) ?? await Environments.WithoutCasa(stop) ?? throw Environments.Nothing();
        Console.WriteLine($"The whole kernel is tested with {environment.Python} ({environment.Origin}).");
        failed |= await Python(kernel, environment, "kernel", stop);
        Report(failed);
    }

    private static async Task<bool> Python(string kernel, PythonEnvironment environment, string name, CancellationToken stop)
    {
        var quicklook = environment.HasCasa ? await Environments.WithoutCasa(stop) : environment;
        var variables = new Dictionary<string, string?>(environment.Variables)
        {
            ["CASA_KERNEL"] = kernel,
            ["CASA_KERNEL_TEST_PYTHON"] = environment.Python,
            ["CASA_KERNEL_QUICKLOOK_PYTHON"] = quicklook?.Python,
            ["PYTHONPATH"] = Path.Combine(Folders.Kernel, "PythonSupport"),
        };
        if (!await PythonTools.Install(stop))
        {
            return await Pytest(environment, variables, name, [], stop);
        }

        // Most of a test's time is waiting; but those that measure time have the machine for themselves.
        var workers = Math.Clamp(Environment.ProcessorCount, 2, 4).ToString(CultureInfo.InvariantCulture);
        var failed = await Pytest(environment, variables, name, ["-n", workers, "--dist", "loadfile", "-m", "not serial"], stop);
        return await Pytest(environment, variables, name + "-serial", ["-m", "serial"], stop) || failed;
    }

    // On the path of pytest and its workers only: what the tests start is to see the environment as it is.
    private static async Task<bool> Pytest(
        PythonEnvironment environment, Dictionary<string, string?> variables, string name, string[] which, CancellationToken stop) =>
        await Tool.Try(environment.Python,
            ["-c", "import sys; sys.path.append(sys.argv.pop(1)); import pytest; sys.exit(pytest.main())", PythonTools.XdistFolder,
            "-q", "-rs", "-p", "no:cacheprovider", $"--junitxml={Result(name)}", .. which, "CasaWrapperKernel.Tests/Python"],
            stop, variables) != 0;

    private static string Result(string name) => Path.Combine(Folders.Results, name + ".xml");

    // Both runners write JUnit's XML; its counts are the same whatever they print.
    private static void Report(bool failed)
    {
        int passed = 0, bad = 0, skipped = 0;
        foreach (var test in Directory.EnumerateFiles(Folders.Results, "*.xml").SelectMany(f => XDocument.Load(f).Descendants("testcase")))
        {
            var isBad = test.Element("failure") is not null || test.Element("error") is not null;
            var isSkipped = test.Element("skipped") is not null;
            (passed, bad, skipped) = (passed + (isBad || isSkipped ? 0 : 1), bad + (isBad ? 1 : 0), skipped + (isSkipped ? 1 : 0));
        }

        Console.WriteLine($"{passed} passed, {bad} failed, {skipped} skipped");
        if (failed || bad > 0 || passed == 0)
        {
            throw new BuildException("tests failed, or a test runner ended early; see above.");
        }
    }
}
