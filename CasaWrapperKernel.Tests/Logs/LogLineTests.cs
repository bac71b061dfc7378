using CasaWrapperKernel.Logs;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Lines as CASA 6.7 wrote them.</summary>
public sealed class LogLineTests
{
    private const string Time = "2026-11-24 13:42:07";

    [Theory(Timeout = 10_000)]
    [InlineData("INFO", "listobs::::casa", "##### Begin Task: listobs            #####")]
    [InlineData("INFO5", "listobs::ms::summary", "        MeasurementSet Name:  ngc5921.ms")]
    [InlineData("DEBUG1", "::casa", "")]
    [InlineData("WARN", "tclean::task_tclean::casa", "Restoring with an empty model image.")]
    [InlineData("SEVERE", "importuvfits::::casa::MPIServer-2", "Task importuvfits raised an exception")]
    [InlineData("WARN", "plotms::PlotMSPlot (file ../PlotMS.cc, line 12)", "no data")]
    public Task Fields_are_taken_apart(string priority, string origin, string message) => Task.Run(() =>
        Assert.Equal(new LogLine(Time, priority, origin, message), LogLine.Parse($"{Time}\t{priority}\t{origin}\t{message}")));

    [Fact(Timeout = 10_000)]
    public Task Tabs_belong_to_the_message() => Task.Run(() =>
        Assert.Equal("a\tb\tc", LogLine.Parse($"{Time}\tINFO\t::casa\ta\tb\tc").Message));

    [Fact(Timeout = 10_000)]
    public Task Blanks_around_the_origin_and_a_carriage_return_go_away() => Task.Run(() =>
        Assert.Equal(new LogLine(Time, "INFO", "plotms::::", "done"), LogLine.Parse($"{Time}\tINFO\tplotms:::: \tdone\r")));

    [Theory(Timeout = 10_000)]
    [InlineData("tclean::::casa", false)]
    [InlineData("tclean::::casa+", true)]
    [InlineData("tclean::::casa+ ", true)]
    public Task A_further_line_of_a_message_is_known_by_its_plus(string origin, bool continues) => Task.Run(() =>
        Assert.Equal(continues, LogLine.Parse($"{Time}\tWARN\t{origin}\tmore").Continues));

    [Theory(Timeout = 10_000)]
    [InlineData("INFO", false, false)]
    [InlineData("WARN", true, false)]
    [InlineData("SEVERE", false, true)]
    public Task Warnings_and_errors_are_known_by_their_priority(string priority, bool warning, bool severe) => Task.Run(() =>
    {
        var line = LogLine.Parse($"{Time}\t{priority}\t::casa\tWARN SEVERE");
        Assert.Equal((warning, severe), (line.IsWarning, line.IsSevere));
    });

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData("\t\t\t")]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("2026-11-24\tWARN\t::casa\tthe time is too short")]
    [InlineData("2026-11-24 13:42:07\tWARN\tno message")]
    public Task Lines_of_another_form_become_a_message_without_head(string line) => Task.Run(() =>
        Assert.Equal(new LogLine("", "", "", line), LogLine.Parse(line)));
}
