using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Hosting;

[Collection(Variables.Collection)]
public sealed class StateFolderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_users_choice_comes_first()
    {
        using var _ = new Variables(("XDG_STATE_HOME", _folder.File("state")), ("HOME", _folder.File("home")));
        Assert.Equal(_folder.File("state/casa-kernel"), StateFolder.Lasting());
        Assert.StartsWith(_folder.File("state/casa-kernel/casa-"), StateFolder.NewCasaLogFile());
        Assert.Empty(Directory.GetFiles(_folder.File("state/casa-kernel")));
    }

    [Fact]
    public void Then_the_home_where_the_first_cannot_be_written()
    {
        using var _ = new Variables(("XDG_STATE_HOME", _folder.Write("file", "")), ("HOME", _folder.File("home")));
        Assert.Equal(_folder.File("home/.local/state/casa-kernel"), StateFolder.Lasting());
    }

    [Fact]
    public void Without_any_the_log_goes_to_a_temporary_folder()
    {
        using var _ = new Variables(("XDG_STATE_HOME", null), ("HOME", _folder.Write("file", "")));
        Assert.Null(StateFolder.Lasting());
        var log = StateFolder.NewCasaLogFile();
        Assert.StartsWith(Path.GetTempPath(), log);
        Directory.Delete(Path.GetDirectoryName(log)!);
    }
}
