using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.KernelSpecs;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Install;

public sealed class KernelSpecFolderTests : IDisposable
{
    private const string Foreign = """{"argv": ["python3", "-m", "ipykernel"], "display_name": "Python 3"}""";
    private readonly TempFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_kernelspec_is_installed_listed_and_removed()
    {
        var folder = Folder("casa");
        folder.Install(Spec("/env/bin/python"), replace: false);
        Assert.Equal(_data.File("kernels/casa"), folder.Folder);
        var (name, spec) = Assert.Single(KernelSpecFolder.List(_data.Path));
        Assert.Equal(("casa", "/env/bin/python"), (name, spec.Python));
        Assert.Equal(
            [_data.File("kernels/casa/kernel.json")],
            Directory.GetFileSystemEntries(_data.Path, "*", SearchOption.AllDirectories).Where(File.Exists));
        folder.Remove();
        Assert.Empty(Directory.GetFileSystemEntries(_data.File("kernels")));
    }

    [Fact]
    public void One_for_the_same_python_is_replaced_and_keeps_what_else_is_in_its_folder()
    {
        Folder("casa").Install(Spec("/env/bin/python"), replace: false);
        var logo = _data.Write("kernels/casa/logo-64x64.png", "logo");
        Folder("casa").Install(Spec("/env/bin/python") with { DisplayName = "new" }, replace: false);
        Assert.Equal("new", Assert.Single(KernelSpecFolder.List(_data.Path)).Spec.DisplayName);
        Assert.True(File.Exists(logo));
        Assert.Equal(2, Directory.GetFiles(_data.File("kernels/casa")).Length);
    }

    [Fact]
    public void One_for_another_python_is_replaced_on_demand_only()
    {
        Folder("casa").Install(Spec("/env/bin/python"), replace: false);
        var message = Assert.Throws<UserException>(
            () => Folder("casa").Install(Spec("/other/bin/python"), replace: false)).Message;
        Assert.Contains("/env/bin/python", message);
        Assert.Contains("--name", message);
        Assert.Contains("--replace", message);
        Assert.Equal("/env/bin/python", Assert.Single(KernelSpecFolder.List(_data.Path)).Spec.Python);
        Folder("casa").Install(Spec("/other/bin/python"), replace: true);
        Assert.Equal("/other/bin/python", Assert.Single(KernelSpecFolder.List(_data.Path)).Spec.Python);
    }

    [Fact]
    public void Logos_come_with_it_and_a_variable_is_added_without_moving_it()
    {
        var logo = _data.Write("logos/logo-64x64.png", "logo");
        Folder("casa").Install(Spec("{resource_dir}/../bin/python"), replace: false, [logo]);
        Assert.Equal("logo", File.ReadAllText(_data.File("kernels/casa/logo-64x64.png")));
        Folder("casa").SetVariable("A", "b");
        var text = File.ReadAllText(_data.File("kernels/casa/kernel.json"));
        Assert.Contains("\"A\": \"b\"", text);
        Assert.Contains("{resource_dir}/../bin/python", text);
    }

    [Theory]
    [InlineData(Foreign)]
    [InlineData("no JSON")]
    public void A_foreign_one_is_neither_replaced_nor_removed(string text)
    {
        var file = _data.Write("kernels/python3/kernel.json", text);
        foreach (var action in (Action[])[
            () => Folder("python3").Install(Spec("/env/bin/python"), replace: false),
            () => Folder("python3").Install(Spec("/env/bin/python"), replace: true),
            Folder("python3").Remove])
        {
            Assert.Contains("was not made by casa-kernel", Assert.Throws<UserException>(action).Message);
            Assert.Equal(text, File.ReadAllText(file));
        }

        Assert.Empty(KernelSpecFolder.List(_data.Path));
    }

    [Fact]
    public void A_folder_without_kernelspec_is_not_ours_either()
    {
        var kept = _data.Write("kernels/casa/notes.txt", "mine");
        Assert.Throws<UserException>(() => Folder("casa").Install(Spec("/env/bin/python"), replace: true));
        Assert.Throws<UserException>(Folder("casa").Remove);
        Assert.True(File.Exists(kept));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_one_sentence()
    {
        _data.Write("kernels", "a file in the way");
        var message = Assert.Throws<UserException>(() => Folder("casa").Install(Spec("/p"), replace: false)).Message;
        Assert.Contains(Folder("casa").Folder, message);
        Assert.Contains("--user", message);
    }

    [Fact]
    public void What_is_not_there_cannot_be_removed_or_listed()
    {
        Assert.Contains("There is no kernelspec", Assert.Throws<UserException>(Folder("casa").Remove).Message);
        Assert.Empty(KernelSpecFolder.List(_data.File("nowhere")));
    }

    private KernelSpecFolder Folder(string name) => new(_data.Path, name);

    private static KernelSpec Spec(string python) =>
        new()
        {
            Argv = ["/opt/casa-kernel", "start", "-f", "{connection_file}", "--python", python],
            DisplayName = "CASA"
        };
}
