using System.CommandLine;
using Build;
using Build.Packages;

var lab = new Option<bool>("--lab") { Description = "Open JupyterLab with the example notebooks instead of running them." };
var quicklook = new Option<bool>("--quicklook") { Description = "Run the quick look without CASA, even where CASA can be had." };
var demo = new Command("demo", "Set everything up and run the example notebook with real CASA.") { lab, quicklook };
demo.SetAction((arguments, stop) => Demo.Run(arguments.GetValue(lab), arguments.GetValue(quicklook), stop));

var test = new Command("test", "Set everything up and run all tests.");
test.SetAction((_, stop) => Tests.Run(stop));

var coverage = new Command("coverage", "Run the C# tests and say how much of the C# side they run.");
coverage.SetAction((_, stop) => Coverage.Run(stop));

var publish = new Command("publish", "Build the kernel as it is installed: one folder with a native program.");
publish.SetAction(async (_, stop) => Console.WriteLine($"The kernel is {await Kernel.Publish(stop)}"));

var arm64 = new Option<bool>("--arm64") { Description = "For 64-bit ARM as well (needs a cross compiler)." };
var package = new Command("package", "Make the packages: tar.gz, Python wheel, .NET tool, checksums.") { arm64 };
package.SetAction((arguments, stop) => Packages.Make(arguments.GetValue(arm64), stop));

var nightly = new Command("nightly", "Test the images, a JupyterHub and browsers (as root on a Debian; takes half an hour).");
nightly.SetAction((_, stop) => Nightly.Run(stop));

var lint = new Command("lint", "Check the Python sources with ruff and mypy.");
lint.SetAction(async (_, stop) => await PythonChecks.Find(stop) ? 1 : 0);

var format = new Command("format", "Format the sources.");
format.SetAction(async (_, stop) =>
{
    await Tool.Run("dotnet", ["format", Folders.Solution], stop);
    await PythonChecks.Format(stop);
});

var root = new RootCommand("Builds, shows and tests casa-kernel. Everything it makes goes to the folder artifacts.")
{
    demo, test, coverage, publish, package, nightly, lint, format,
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (BuildException e)
{
    Console.Error.WriteLine($"build: {e.Message}");
    return 1;
}
