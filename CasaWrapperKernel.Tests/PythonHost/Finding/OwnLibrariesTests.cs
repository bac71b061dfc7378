using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.PythonHost.Finding;

public sealed class OwnLibrariesTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Those_beside_the_real_python_are_taken_in_the_order_in_which_they_need_each_other()
    {
        var python = _folder.Write("conda/bin/python3.11", "");
        foreach (var name in (string[])["libssl.so.3", "libcrypto.so.3", "libstdc++.so.6", "libother.so.1"])
        {
            _folder.Write($"conda/lib/{name}", "no library at all");
        }

        Directory.CreateDirectory(_folder.File("venv/bin"));
        File.CreateSymbolicLink(_folder.File("venv/bin/python"), python);
        string[] expected = ["libstdc++.so.6", "libcrypto.so.3", "libssl.so.3"];
        Assert.Equal(
            expected.Select(name => _folder.File($"conda/lib/{name}")),
            OwnLibraries.Of(_folder.File("venv/bin/python")));
        OwnLibraries.Load(python); // what cannot be loaded is no reason to fail here
    }

    [Theory]
    [InlineData("/usr/bin/python3")]
    [InlineData("/bin/python3")]
    [InlineData("/no/such/bin/python3")]
    public void A_python_of_the_system_or_none_has_none_of_its_own(string python) =>
        Assert.Empty(OwnLibraries.Of(python));
}
