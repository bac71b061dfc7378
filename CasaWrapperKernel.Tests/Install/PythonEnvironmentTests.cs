using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonEnvironments;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

public sealed class PythonEnvironmentTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("\"6.7.0.31\"", "CASA 6.7 (casa-kernel)")]
    [InlineData("\"6.6.5.31\"", "CASA 6.6 (casa-kernel)")]
    [InlineData("null", "Python 3.99 (casa-kernel)")]
    public void The_kernel_is_named_after_what_is_there(string casa, string name)
    {
        var environment = PythonEnvironment.AskHostable(FakePython.Create(_folder, casa));
        Assert.Equal(name, environment.DisplayName);
        Assert.Equal(_folder.File("env/bin/python3.99"), environment.Executable);
        Assert.Equal(_folder.File("env"), environment.Prefix);
    }

    [Theory]
    [InlineData("echo ready; echo the last words >&2; exit 3", "exit status 3 (the last words)")]
    [InlineData("exit 1", "exit status 1 (it printed no reason)")]
    [InlineData("echo hello", "does not answer as a Python does")]
    [InlineData("true", "does not answer as a Python does")]
    [InlineData("echo null", "does not answer as a Python does")]
    public void What_does_not_answer_is_refused(string commands, string reason)
    {
        var script = FakePython.Script(_folder, "python", commands);
        var message = Assert.Throws<UserException>(() => PythonEnvironment.AskHostable(script)).Message;
        Assert.Contains(script, message);
        Assert.Contains(reason, message);
    }

    [Theory]
    [InlineData("2.7.18", false)]
    [InlineData("3.9.19", false)]
    [InlineData("3.10.0", true)]
    [InlineData("3.14.0rc1", true)]
    public void A_python_that_is_too_old_is_refused(string version, bool accepted)
    {
        var python = FakePython.Create(_folder, version: version);
        if (accepted)
        {
            Assert.Equal(version, PythonEnvironment.AskHostable(python).Version);
        }
        else
        {
            Assert.Contains(
                "3.10 or newer", Assert.Throws<UserException>(() => PythonEnvironment.AskHostable(python)).Message);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_run_is_refused()
    {
        var file = _folder.Write("python", "text");
        Assert.Contains(
            "cannot be run", Assert.Throws<UserException>(() => PythonEnvironment.AskHostable(file)).Message);
    }
}
