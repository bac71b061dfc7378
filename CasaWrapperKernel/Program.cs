using System.CommandLine;
using CasaWrapperKernel;
using CasaWrapperKernel.Commands;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonEnvironments;

var connectionFile = new Option<string>("--connection-file", "-f")
{
    Description = "The connection file that Jupyter makes.",
    Required = true,
};
var python = new Option<string?>("--python")
{
    Description =
        "The python of the environment to work in. Default: that of the environment pip has installed this into.",
    DefaultValueFactory = _ => PackagedPython.Own,
};
python.Validators.Add(given =>
{
    if (given.GetValueOrDefault<string?>() is null)
    {
        given.AddError("Give --python the path of the python in your CASA environment.");
    }
});
var insecure = new Option<bool>("--insecure")
{
    Description = "Start also with a connection file without a key: whoever reaches the ports may then run code as you.",
};
var casa = new CasaStartOptions();
var start = new Command("start", "Run the kernel (Jupyter does this).") { connectionFile, python, insecure };
casa.AddTo(start, mustExist: false);
start.SetAction(arguments =>
{
    LowLimits.LeaveRoom();
    HomeFolder.SetWhereMissing();
    using var kernel = new KernelHost(
        arguments.GetValue(connectionFile)!, arguments.GetValue(python)!, casa.Read(arguments),
        arguments.GetValue(insecure));
    return kernel.Run();
});

var root = new RootCommand("The Jupyter kernel for CASA.")
{
    start, InstallCommand.Create(), UninstallCommand.Create(), ListCommand.Create(), DoctorCommand.Create(),
    CacheCommand.Create(), CrashCommand.Create(),
};
try
{
    return root.Parse(args is [] ? ["--help"] : args)
        .Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (Exception e) when (e is UserException or NotSupportedException)
{
    Console.Error.WriteLine($"casa-kernel: {e.Message}");
    return 1;
}
