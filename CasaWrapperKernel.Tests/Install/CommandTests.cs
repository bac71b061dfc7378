using System.CommandLine;
using System.Text.Json;
using CasaWrapperKernel.Commands;
using CasaWrapperKernel.Doctor;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.PythonEnvironments;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

/// <summary>The commands as they are typed, with a Jupyter data folder and a Python of their own.</summary>
[Collection(Variables.Collection)]
public sealed class CommandTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StringWriter _output = new();
    private readonly Variables _variables;
    private readonly string _python;

    public CommandTests()
    {
        _python = FakePython.Create(_folder);
        _variables = new Variables(
            ("JUPYTER_DATA_DIR", _folder.File("data")), ("JUPYTER_PATH", null), ("CASASITECONFIG", null),
            ("CASA_PYTHON", _python), ("XDG_STATE_HOME", _folder.File("state")));
    }

    public void Dispose()
    {
        _variables.Dispose();
        _output.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("", "data/kernels/casa-kernel")]
    [InlineData("--user --name CASA-6", "data/kernels/casa-6")]
    [InlineData("--prefix {}/prefix", "prefix/share/jupyter/kernels/casa-kernel")]
    [InlineData("--sys-prefix", "env/share/jupyter/kernels/casa-kernel")]
    public void The_kernelspec_goes_where_it_is_told(string arguments, string expected)
    {
        Assert.Equal(0, Run(InstallCommand.Create(), $"install {arguments}"));
        var spec = KernelSpec.Read(_folder.File($"{expected}/kernel.json"))!;
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "casa-kernel"), spec.Binary);
        Assert.Equal(_folder.File("env/bin/python3.99"), spec.Python);
        Assert.Equal("CASA 6.7 (casa-kernel)", spec.DisplayName);
        Assert.StartsWith($"Installed {_folder.File(expected)} for {spec.Python}.\n", _output.ToString());
        Assert.Empty(spec.Env);
        Assert.Equal(0, Run(UninstallCommand.Create(), $"uninstall {arguments}"));
        Assert.False(Directory.Exists(_folder.File(expected)));
    }

    [Fact]
    public void The_site_config_is_kept()
    {
        _folder.Write("env/share/casa/config.py", "");
        Assert.Equal(0, Run(InstallCommand.Create(), "install --display-name mine"));
        Assert.Equal(_folder.File("env/share/casa/config.py"), Installed().Env["CASASITECONFIG"]);
        Assert.Contains($"site config {_folder.File("env/share/casa/config.py")}", _output.ToString());
        Assert.Equal("mine", Installed().DisplayName);
        using var _ = new Variables(("CASASITECONFIG", "/site/config.py"));
        Assert.Equal(0, Run(InstallCommand.Create(), "install"));
        Assert.Equal("/site/config.py", Installed().Env["CASASITECONFIG"]);
    }

    [Theory]
    [InlineData("install --user --prefix /x")]
    [InlineData("install --sys-prefix --user")]
    [InlineData("install --name a/b")]
    [InlineData("install --name")]
    [InlineData("install --bogus")]
    [InlineData("install --env NAME")]
    [InlineData("install --interrupt-mode shout")]
    [InlineData("install --logfile a --nologfile")]
    [InlineData("install --configfile /nowhere.py")]
    [InlineData("install --datapath /:/nowhere")]
    public void What_makes_no_sense_is_refused(string line)
    {
        Assert.NotEmpty(InstallCommand.Create().Parse(line.Split(' ')[1..]).Errors);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Fact]
    public void CASAs_options_reach_the_kernel_with_whole_paths_and_the_home_as_it_is()
    {
        Assert.Equal(
            0, Run(InstallCommand.Create(),
            "install --env A=b=c --logfile log/../casa.log --datapath ~/data:{} --nologfile=false"));
        string[] expected = ["--logfile", Path.GetFullPath("casa.log"), "--datapath", $"~/data:{_folder.Path}"];
        Assert.Equal(expected, Installed().Argv.TakeLast(4));
        Assert.Equal(expected, Installed().CasaArguments);
        Assert.Equal("b=c", Installed().Env["A"]);
        Assert.Equal(_folder.File("env/bin/python3.99"), Installed().Python);
    }

    [Fact]
    public void A_python_without_CASA_is_installed_and_that_is_said()
    {
        FakePython.Create(_folder, casa: "null");
        Assert.Equal(0, Run(InstallCommand.Create(), "install"));
        Assert.Equal("Python 3.99 (casa-kernel)", Installed().DisplayName);
        Assert.Contains("It has no CASA; for a kernel with CASA give --python", _output.ToString());
    }

    [Fact]
    public void Nothing_is_written_for_a_python_without_shared_library()
    {
        File.Delete(_folder.File("env/lib/libpython3.99.so"));
        Assert.Contains(
            "shared library", Assert.Throws<UserException>(() => Run(InstallCommand.Create(), "install")).Message);
        Assert.False(Directory.Exists(_folder.File("data")));
    }

    [Fact]
    public void What_is_installed_is_listed()
    {
        Assert.Equal(0, Run(InstallCommand.Create(), "install"));
        Assert.Equal(0, Run(ListCommand.Create(), "list"));
        Assert.Contains(
            $"casa-kernel  \"CASA 6.7 (casa-kernel)\"  {_folder.File("env/bin/python3.99")}  {_folder.File("data/kernels/casa-kernel")}",
            _output.ToString());
    }

    [Fact]
    public void Doctor_fails_without_a_python_and_says_what_to_do()
    {
        Assert.Equal(1, Run(DoctorCommand.Create(), "doctor --python /nowhere/python"));
        var finding = DoctorChecks.Examine("/nowhere/python").Single(f => f.Level == Level.Fail);
        Assert.Contains("/nowhere/python", finding.Detail);
        Assert.StartsWith("give --python", finding.Cure);
    }

    [Fact]
    public void Doctor_says_why_a_library_cannot_be_loaded_and_goes_on()
    {
        var findings = DoctorChecks.Examine(_python).ToList();
        var library = findings.Single(f => f.Check == "shared library");
        Assert.Equal(Level.Fail, library.Level);
        Assert.EndsWith("libpython3.99.so: file too short", library.Detail);
        Assert.Contains(
            findings, f => f.Check == "CASA" && f.Level == Level.Warn && f.Detail.Contains("cannot be run"));
        Assert.Equal("kernelspec", findings[^1].Check);
    }

    [Fact]
    public void Doctors_report_is_one_JSON_object()
    {
        Assert.Equal(1, Run(DoctorCommand.Create(), "doctor --json --python /nowhere/python"));
        using var report = JsonDocument.Parse(_output.ToString());
        Assert.Equal(
            ["version", "system", "time", "findings"], report.RootElement.EnumerateObject().Select(key => key.Name));
        var last = report.RootElement.GetProperty("findings").EnumerateArray().Last();
        Assert.Equal(["level", "check", "detail", "cure"], last.EnumerateObject().Select(key => key.Name));
        Assert.Equal(
            ("fail", "interpreter"), (last.GetProperty("level").GetString(), last.GetProperty("check").GetString()));
    }

    [Fact]
    public void Doctor_sets_protobufs_fallback_in_the_kernelspecs_that_it_may_write()
    {
        Assert.Equal(0, Run(InstallCommand.Create(), "install --env A=b"));
        var specs = new DoctorSpecs(PythonEnvironment.Ask(PythonChoice.Find(null)));
        var mended = specs.MendProtobuf(new Finding(Level.Warn, "protobuf", "5.29.3", "pip install"));
        Assert.Equal((Level.Mended, ""), (mended.Level, mended.Cure));
        Assert.Equal("python", Installed().Env["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"]);
        Assert.Equal("b", Installed().Env["A"]);
    }

    private KernelSpec Installed() => KernelSpec.Read(_folder.File("data/kernels/casa-kernel/kernel.json"))!;

    private int Run(Command command, string line) => command
        .Parse(line.Replace("{}", _folder.Path).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1..])
        .Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = _output,
            Error = TextWriter.Null
        });
}
