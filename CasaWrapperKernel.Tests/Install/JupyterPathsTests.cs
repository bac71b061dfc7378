using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

[Collection(Variables.Collection)]
public sealed class JupyterPathsTests
{
    [Theory]
    [InlineData("/data", "/xdg", "/data")]
    [InlineData(null, "/xdg", "/xdg/jupyter")]
    [InlineData("", "", "/no-such-home/.local/share/jupyter")]
    public void The_users_folder_is_Jupyters(string? data, string? xdg, string expected)
    {
        using var _ = new Variables(("JUPYTER_DATA_DIR", data), ("XDG_DATA_HOME", xdg), ("HOME", "/no-such-home"));
        Assert.Equal(expected, JupyterPaths.UserData());
    }

    [Fact]
    public void All_folders_are_searched_in_Jupyters_order_each_once()
    {
        using var _ = new Variables(("JUPYTER_DATA_DIR", "/data"), ("JUPYTER_PATH", "/one:/two:/data"));
        Assert.Equal(
            ["/one", "/two", "/data", "/env/share/jupyter", "/usr/local/share/jupyter", "/usr/share/jupyter"],
            JupyterPaths.Searched("/env"));
        Assert.DoesNotContain("/env/share/jupyter", JupyterPaths.Searched(null));
    }
}
