using System.Text.Json;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

public sealed class KernelSpecTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_template_is_filled_in()
    {
        var file = _folder.File("kernel.json");
        KernelSpec.Make(KernelSpec.Template, "/opt/casa-kernel", "/opt/é+<env>/bin/python", "CASA 6.7 (casa-kernel)")
            .Write(file);
        using var json = JsonDocument.Parse(File.ReadAllBytes(file));
        var spec = json.RootElement;
        Assert.Equal(
            ["/opt/casa-kernel", "start", "-f", "{connection_file}", "--python", "/opt/é+<env>/bin/python"],
            spec.GetProperty("argv").EnumerateArray().Select(argument => argument.GetString()));
        Assert.Equal("CASA 6.7 (casa-kernel)", spec.GetProperty("display_name").GetString());
        Assert.Equal("python", spec.GetProperty("language").GetString());
        Assert.Contains(spec.GetProperty("interrupt_mode").GetString(), (string[])["signal", "message"]);
        Assert.Contains("/opt/é+<env>/bin/python", File.ReadAllText(file));
        Assert.DoesNotContain("{kernel}", File.ReadAllText(file));
    }

    [Fact]
    public void Without_template_the_message_says_what_to_unpack()
    {
        var template = _folder.File("missing.json");
        var message = Assert.Throws<UserException>(() => KernelSpec.Make(template, "", "", "")).Message;
        Assert.Contains(template, message);
        Assert.Contains("whole folder", message);
    }

    [Theory]
    [InlineData("""{"argv": ["/opt/k/casa-kernel", "start", "--python", "/p"]}""", true)]
    [InlineData("""{"argv": ["casa-kernel"]}""", true)]
    [InlineData("""{"argv": ["python3", "-m", "casa-kernel"]}""", false)]
    [InlineData("""{"argv": ["/opt/casa-kernel/python"]}""", false)]
    [InlineData("""{"argv": []}""", false)]
    [InlineData("""{"argv": null}""", false)]
    [InlineData("{}", false)]
    public void Ours_is_known_by_its_program(string json, bool ours) =>
        Assert.Equal(ours, KernelSpec.Read(_folder.Write("kernel.json", json))!.IsOurs);

    [Fact]
    public void An_image_is_known_whatever_options_follow()
    {
        string[] start = [
            "apptainer", "run", "--app", "kernel", "--bind", "/data", "/casa.sif", "-f", "{connection_file}"];
        Assert.Equal("/casa.sif", new KernelSpec { Argv = start }.Image);
        Assert.Equal("/casa.sif", new KernelSpec { Argv = [.. start, "--nologfile"] }.Python);
        Assert.Null(new KernelSpec { Argv = ["/k/casa-kernel", "start", "-f", "{connection_file}"] }.Image);
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("[]")]
    [InlineData("null")]
    public void What_is_no_kernelspec_is_null(string text) =>
        Assert.Null(KernelSpec.Read(_folder.Write("kernel.json", text)));

    [Fact]
    public void The_names_of_one_python_are_the_same_and_those_of_two_environments_are_not()
    {
        var real = _folder.Write("py/bin/python3.11", "");
        foreach (var link in (string[])["a/bin/python", "a/bin/python3", "b/bin/python"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.File(link))!);
            File.CreateSymbolicLink(_folder.File(link), real);
        }

        var spec = new KernelSpec { Argv = ["casa-kernel", "start", "--python", _folder.File("a/bin/python")] };
        Assert.True(spec.Hosts(_folder.File("a/bin/python")));
        Assert.True(spec.Hosts(_folder.File("a/bin/python3")));
        Assert.False(spec.Hosts(_folder.File("b/bin/python")));
        Assert.False(spec.Hosts(real));
        Assert.False(new KernelSpec { Argv = ["casa-kernel", "start", "--python"] }.Hosts(real));
    }
}
