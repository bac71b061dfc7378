using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace CasaWrapperKernel.Tests.Hosting;

[Collection(Variables.Collection)]
public sealed class OldLogsTests : IDisposable
{
    // No process can have this number.
    private const string Ended = "casa-20260102-030405-99999999.log";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, 9999, true)]
    [InlineData("", 9999, true)]
    [InlineData("7", 6, true)]
    [InlineData("7", 8, false)]
    [InlineData("all", 9999, true)]
    [InlineData("ALL", 9999, true)]
    [InlineData("0", 9999, true)]
    [InlineData("-1", 9999, true)]
    [InlineData("a month", 9999, true)]
    [InlineData("99999999999", 9999, true)]
    public void A_log_stays_as_long_as_its_user_wants(string? wanted, int age, bool stays)
    {
        using var _ = new Variables(("CASA_KERNEL_KEEP_LOGS", wanted));
        var file = Old(Ended, age);
        Logs().Remove();
        Assert.Equal(stays, File.Exists(file));
    }

    [Theory]
    [InlineData("mine.log")]
    [InlineData("casa-20260102-030405.log")] // CASA's own
    [InlineData("casa-20260102-030405-99999999.log.gz")]
    [InlineData("casa-notes-of-january-1.log")]
    [InlineData("my-casa-20260102-030405-99999999.log")]
    public void What_no_kernel_has_made_stays(string name)
    {
        var file = Old(name, 9999);
        RemoveAll();
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void The_log_of_a_process_that_is_there_stays()
    {
        var file = Old($"casa-20260102-030405-{Environment.ProcessId}.log", 9999);
        RemoveAll();
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Links_stay()
    {
        var target = Old("mine.log", 9999);
        File.CreateSymbolicLink(_folder.File(Ended), target);
        RemoveAll();
        Assert.True(File.Exists(_folder.File(Ended)));
    }

    [Fact]
    public void A_silent_session_gives_a_sign_of_life_to_other_machines()
    {
        var file = Old(Ended, 9999);
        new OldLogs(file, NullLogger.Instance).GiveSign();
        RemoveAll();
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void A_folder_that_is_gone_is_no_failure()
    {
        var logs = new OldLogs(_folder.File("gone/casa.log"), NullLogger.Instance);
        using var _ = new Variables(("CASA_KERNEL_KEEP_LOGS", "1"));
        logs.Remove();
        logs.GiveSign();
    }

    private void RemoveAll()
    {
        using var _ = new Variables(("CASA_KERNEL_KEEP_LOGS", "1"));
        Logs().Remove();
    }

    private OldLogs Logs() => new(_folder.File("own.log"), NullLogger.Instance);

    private string Old(string name, int days)
    {
        var file = _folder.Write(name, "");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-days));
        return file;
    }
}
