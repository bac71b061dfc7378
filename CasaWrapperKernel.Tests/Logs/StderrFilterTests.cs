using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Logs;

public sealed class StderrFilterTests : IDisposable
{
    private const string Warning = "2026-11-24 13:42:07\tWARN\ttclean::::casa\tGrün ist keine Farbe\n";
    private const string Severe = "2026-11-24 13:42:08\tSEVERE\ttclean::::casa\tException\n";

    private readonly TempFolder _folder = new();
    private readonly string _file;
    private readonly StderrFilter _filter;

    public StderrFilterTests()
    {
        _file = _folder.File("casa.log");
        _filter = new StderrFilter(new CasaLog(new Outbox(), _file));
    }

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 10_000)]
    public Task Lines_that_the_log_has_are_left_out() => Task.Run(() =>
    {
        Log(Warning + Severe);
        Assert.Equal("before\nafter\n", Pass($"before\n{Warning}{Severe}after\n"));
    });

    [Fact(Timeout = 10_000)]
    public Task Each_line_of_the_log_is_left_out_once_only() => Task.Run(() =>
    {
        Log(Warning + Warning);
        Assert.Equal("", Pass(Warning));
        Assert.Equal("", Pass(Warning));
        Assert.Equal(Warning, Pass(Warning));
    });

    [Theory(Timeout = 10_000)]
    [InlineData(Warning)]
    [InlineData("2026-11-24 13:42:07\tINFO\t::casa\ttext\n")]
    [InlineData("Traceback: \tWARN\t\n")]
    [InlineData("no end of line")]
    [InlineData("\n\n")]
    [InlineData("")]
    public Task Everything_else_is_kept(string text) => Task.Run(() =>
    {
        Log(Severe);
        Assert.Equal(text, Pass(text));
    });

    [Fact(Timeout = 10_000)]
    public Task A_line_that_comes_in_two_parts_is_left_out_too() => Task.Run(() =>
    {
        var bytes = Encoding.UTF8.GetBytes(Warning);
        for (var cut = Warning.IndexOf("WARN\t") + 5; cut < bytes.Length; cut++)
        {
            Log(Warning);
            Assert.Equal("x\n", Encoding.UTF8.GetString(_filter.Pass([.. "x\n"u8, .. bytes[..cut]])));
            Assert.Equal("y\n", Encoding.UTF8.GetString(_filter.Pass([.. bytes[cut..], .. "y\n"u8])));
        }
    });

    [Fact(Timeout = 10_000)]
    public Task A_long_line_comes_in_several_parts_and_its_end_by_itself() => Task.Run(() =>
    {
        var line = Warning.TrimEnd() + new string('x', 9000);
        Log(line + "\n");
        Assert.Equal("", string.Concat(Pass(line[..4096]), Pass(line[4096..8192]), Pass(line[8192..]), Pass("\n")));
    });

    [Fact(Timeout = 10_000)]
    public Task A_line_in_two_parts_that_the_log_does_not_have_is_shown_whole() => Task.Run(() =>
    {
        Assert.Equal("", Pass(Warning[..50]));
        Assert.Equal(Warning, Pass(Warning[50..]));
    });

    private string Pass(string text) => Encoding.UTF8.GetString(_filter.Pass(Encoding.UTF8.GetBytes(text)));

    private void Log(string text) => File.AppendAllText(_file, text);
}
