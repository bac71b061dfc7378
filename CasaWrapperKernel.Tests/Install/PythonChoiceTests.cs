using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonEnvironments;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

[Collection(Variables.Collection)]
public sealed class PythonChoiceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Variables _variables;

    public PythonChoiceTests()
    {
        foreach (var environment in (string[])["venv", "conda", "path"])
        {
            _folder.Write($"{environment}/bin/python3", "");
        }

        _folder.Write("casa-6.7/bin/casa", "");
        _folder.Write("casa-6.7/lib/py/bin/python3", "");
        _folder.Write("mine/python", "");
        File.CreateSymbolicLink(_folder.File("path/bin/casa"), _folder.File("casa-6.7/bin/casa"));
        _variables = new Variables(
            ("CASA_PYTHON", _folder.File("mine/python")), ("VIRTUAL_ENV", _folder.File("venv")),
            ("CONDA_PREFIX", _folder.File("conda")), ("PATH", _folder.File("path/bin")));
    }

    public void Dispose()
    {
        _variables.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_first_that_is_set_is_taken()
    {
        Assert.Equal(_folder.File("venv/bin/python3"), PythonChoice.Find(_folder.File("venv")).Path);
        foreach (var (variable, python, source) in ((string, string, string)[])[
            ("CASA_PYTHON", "mine/python", "CASA_PYTHON"),
            ("VIRTUAL_ENV", "venv/bin/python3", "VIRTUAL_ENV"),
            ("CONDA_PREFIX", "conda/bin/python3", "CONDA_PREFIX")])
        {
            Assert.Equal(new PythonChoice(_folder.File(python), source), PythonChoice.Find(null));
            Environment.SetEnvironmentVariable(variable, null);
        }

        Assert.Equal(_folder.File("casa-6.7/lib/py/bin/python3"), PythonChoice.Find(null).Path);
        File.Delete(_folder.File("path/bin/casa"));
        Assert.Equal(new PythonChoice(_folder.File("path/bin/python3"), "python3 on PATH"), PythonChoice.Find(null));
        File.Delete(_folder.File("path/bin/python3"));
        Assert.Contains("--python", Assert.Throws<UserException>(() => PythonChoice.Find(null)).Message);
    }

    [Fact]
    public void A_name_is_looked_up_on_PATH() =>
        Assert.Equal(_folder.File("path/bin/python3"), PythonChoice.Find("python3").Path);

    [Fact]
    public void One_that_is_named_and_missing_is_not_replaced_by_another()
    {
        Assert.Contains(
            "/nowhere/python (from --python)",
            Assert.Throws<UserException>(() => PythonChoice.Find("/nowhere/python")).Message);
        Environment.SetEnvironmentVariable("CASA_PYTHON", "/nowhere/else");
        Assert.Contains(
            "/nowhere/else (from CASA_PYTHON)", Assert.Throws<UserException>(() => PythonChoice.Find(null)).Message);
    }
}
