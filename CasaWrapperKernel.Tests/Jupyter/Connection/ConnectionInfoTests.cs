using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Jupyter.Connection;

public sealed class ConnectionInfoTests : IDisposable
{
    private const string Written = """
        {
          "shell_port": 0, "iopub_port": 50002, "stdin_port": 50003, "control_port": 50004, "hb_port": 50005,
          "ip": "127.0.0.1", "key": "the secret key", "transport": "tcp", "signature_scheme": "hmac-sha256",
          "kernel_name": "casa-kernel", "jupyter_session": "notebooks/Grüße.ipynb", "new": {"a": [1, null]}
        }
        """;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Reads_what_Jupyter_writes()
    {
        var info = ConnectionInfo.Read(_folder.Write("kernel.json", Written));
        Assert.Equal(
            (0, 50002, 50003, 50004, 50005),
            (info.ShellPort, info.IopubPort, info.StdinPort, info.ControlPort, info.HbPort));
        Assert.Equal(
            ("tcp", "127.0.0.1", "the secret key", "hmac-sha256"),
            (info.Transport, info.Ip, info.Key, info.SignatureScheme));
    }

    [Fact]
    public void What_is_not_said_has_a_default() =>
        Assert.Equal(
            new ConnectionInfo { Transport = "tcp", Ip = "127.0.0.1", SignatureScheme = "hmac-sha256", Key = "" },
            ConnectionInfo.Read(_folder.Write("kernel.json", "{}")));

    [Fact]
    public void Rewriting_sets_the_ports_and_keeps_everything_else()
    {
        var path = _folder.Write("kernel.json", Written);
        (ConnectionInfo.Read(path) with { ShellPort = 50001 }).Write(path);
        var info = ConnectionInfo.Read(path);
        Assert.Equal((50001, 50002), (info.ShellPort, info.IopubPort));
        Assert.Equal("the secret key", info.Key);
        Assert.Equal("casa-kernel", info.Other!["kernel_name"].GetString());
        Assert.Equal("notebooks/Grüße.ipynb", info.Other["jupyter_session"].GetString());
        Assert.Equal(1, info.Other["new"].GetProperty("a")[0].GetInt32());
        Assert.Equal(["kernel.json"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_rewritten_file_is_for_its_owner_only()
    {
        var path = _folder.Write("kernel.json", Written);
        ConnectionInfo.Read(path).Write(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    [Theory]
    [InlineData("there-is-none.json", "does not exist")]
    [InlineData("no-folder/kernel.json", "does not exist")]
    [InlineData(".", "cannot be read")]
    public void A_file_that_cannot_be_read_is_named(string name, string reason)
    {
        var path = _folder.File(name);
        var message = Assert.Throws<UserException>(() => ConnectionInfo.Read(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(reason, message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("no JSON")]
    [InlineData("""{"shell_port": "fifty"}""")]
    [InlineData("""{"shell_port": 1""")]
    public void A_file_of_another_form_is_named(string text)
    {
        var path = _folder.Write("kernel.json", text);
        var message = Assert.Throws<UserException>(() => ConnectionInfo.Read(path)).Message;
        Assert.StartsWith($"The connection file {path} is not the JSON that Jupyter writes", message);
    }

    [Fact]
    public void Another_transport_is_refused()
    {
        var path = _folder.Write("kernel.json", """{"transport": "ipc"}""");
        Assert.Contains("'ipc'", Assert.Throws<UserException>(() => ConnectionInfo.Read(path)).Message);
    }

    [Fact]
    public void The_key_does_not_get_into_messages() =>
        Assert.DoesNotContain("secret", ConnectionInfo.Read(_folder.Write("kernel.json", Written)).ToString());
}
