using System.Text;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Hosting;

public sealed class KernelDescriptionTests
{
    [Fact]
    public void Kernel_info_names_what_nbconvert_and_papermill_look_for()
    {
        var description = new KernelDescription("python") { PythonVersion = "3.11.7", CanDebug = true };
        var json = Encoding.UTF8.GetString(Json.Write(description.Reply(), WireJson.Default.KernelInfoReply));
        Assert.Contains("\"status\":\"ok\"", json);
        Assert.Contains("\"protocol_version\":\"5.5\"", json);
        Assert.Contains($"\"implementation_version\":\"{Product.Version}\"", json);
        Assert.Contains("\"name\":\"python\"", json);
        Assert.Contains("\"file_extension\":\".py\"", json);
        Assert.Contains("\"codemirror_mode\":{\"name\":\"ipython\",\"version\":3}", json);
        Assert.Contains("\"pygments_lexer\":\"ipython3\"", json);
        Assert.Contains("\"nbconvert_exporter\":\"python\"", json);
    }
}
