using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.PythonHost.Finding;

/// <summary>Environments as far as the search looks at them: names and links only.</summary>
public sealed class PythonLocationTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_library_beside_the_interpreter_is_found()
    {
        var python = _folder.Write("py/bin/python3.99", "binary");
        var library = _folder.Write("py/lib/libpython3.99.so.1.0", "");
        Assert.Equal(new PythonLocation(python, library, "3.99"), PythonLocation.Find(python));
    }

    [Fact]
    public void A_virtual_environment_keeps_its_own_path()
    {
        var real = _folder.Write("py/bin/python3.99", "binary");
        var library = _folder.Write("py/lib/libpython3.99.so", "");
        Link("venv/bin/python3.99", real);
        Link("venv/bin/python", "python3.99");
        var python = _folder.File("venv/bin/python");
        Assert.Equal(new PythonLocation(python, library, "3.99"), PythonLocation.Find(python));
    }

    [Fact]
    public void The_version_may_stand_in_a_name_beside_it_only()
    {
        var python = _folder.Write("py/bin/python3", "binary");
        _folder.Write("py/bin/python3.99", "binary");
        _folder.Write("py/bin/python3.99-config", "");
        _folder.Write("py/lib64/libpython3.99.so", "");
        Assert.Equal("3.99", PythonLocation.Find(python).Version);
    }

    [Fact]
    public void A_python_without_shared_library_is_refused_with_the_remedy()
    {
        var python = _folder.Write("py/bin/python3.99", "binary");
        var message = Assert.Throws<UserException>(() => PythonLocation.Find(python)).Message;
        Assert.Contains($"{python} has no shared library libpython3.99.so", message);
        Assert.Contains("--enable-shared", message);
    }

    [Fact]
    public void A_script_is_refused()
    {
        var shim = _folder.Write("shims/python3", "#!/bin/sh\nexec pyenv\n", executable: true);
        Assert.Contains("is a script", Assert.Throws<UserException>(() => PythonLocation.Find(shim)).Message);
    }

    [Fact]
    public void A_python_that_is_not_there_is_named() =>
        Assert.Contains(
            "There is no Python at /nowhere/python",
            Assert.Throws<UserException>(() => PythonLocation.Find("/nowhere/python")).Message);

    private void Link(string name, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(name))!);
        File.CreateSymbolicLink(_folder.File(name), target);
    }
}
