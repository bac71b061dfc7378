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
            ConnectionInfo.Read(_folder.Write("kernel.json", "{}"), insecure: true));

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

    [Theory]
    [InlineData("""{"transport": "pgm", "key": "k"}""", "'pgm'")]
    [InlineData("""{"transport": null, "key": "k"}""", "transport")]
    [InlineData("""{"ip": null, "key": "k"}""", "no ip")]
    [InlineData("""{"ip": "", "key": "k"}""", "no ip")]
    [InlineData("""{"signature_scheme": null, "key": "k"}""", "no signature_scheme")]
    [InlineData("""{"transport": "ipc", "key": "k"}""", "one number")]
    [InlineData("""{"curve_publickey": "x", "key": "k"}""", "no pair")]
    [InlineData("{}", "--insecure")]
    [InlineData("""{"key": ""}""", "--insecure")]
    [InlineData("""{"key": null}""", "--insecure")]
    public void What_cannot_be_is_said_in_one_sentence(string text, string reason)
    {
        var path = _folder.Write("kernel.json", text);
        var message = Assert.Throws<UserException>(() => ConnectionInfo.Read(path)).Message;
        Assert.StartsWith($"The connection file {path} ", message);
        Assert.Contains(reason, message);
    }

    [Fact]
    public void Without_a_key_it_is_read_only_if_that_is_said() =>
        Assert.Equal("", ConnectionInfo.Read(_folder.Write("kernel.json", """{"key": null}"""), insecure: true).Key);

    [Fact]
    public void Unix_sockets_are_named_as_jupyter_client_names_them()
    {
        var info = new ConnectionInfo { Transport = "ipc", Ip = "/run/user/1/kernel-ipc" };
        Assert.Equal("ipc:///run/user/1/kernel-ipc-3", info.Endpoint(3));
        Assert.Equal("tcp://127.0.0.1:50000", new ConnectionInfo().Endpoint(50000));
    }

    [Fact]
    public void The_key_does_not_get_into_messages() =>
        Assert.DoesNotContain("secret", ConnectionInfo.Read(_folder.Write("kernel.json", Written)).ToString());
}
