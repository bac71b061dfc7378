using CasaWrapperKernel.Logs.Following;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Lines as CASA 6.7 wrote them.</summary>
public sealed class LogLineTests
{
    private const string Time = "2026-11-24 13:42:07";

    [Theory]
    [InlineData("INFO", "listobs::::casa", "##### Begin Task: listobs            #####")]
    [InlineData("INFO5", "listobs::ms::summary", "        MeasurementSet Name:  ngc5921.ms")]
    [InlineData("DEBUG1", "::casa", "")]
    [InlineData("WARN", "tclean::task_tclean::casa", "Restoring with an empty model image.")]
    [InlineData("SEVERE", "importuvfits::::casa::MPIServer-2", "Task importuvfits raised an exception")]
    [InlineData("WARN", "plotms::PlotMSPlot (file ../PlotMS.cc, line 12)", "no data")]
    public void Fields_are_taken_apart(string priority, string origin, string message) =>
        Assert.Equal(
            new LogLine(Time, priority, origin, message), LogLine.Parse($"{Time}\t{priority}\t{origin}\t{message}"));

    [Fact]
    public void Tabs_belong_to_the_message() =>
        Assert.Equal("a\tb\tc", LogLine.Parse($"{Time}\tINFO\t::casa\ta\tb\tc").Message);

    [Fact]
    public void Blanks_around_the_origin_and_a_carriage_return_go_away() =>
        Assert.Equal(
            new LogLine(Time, "INFO", "plotms::::", "done"), LogLine.Parse($"{Time}\tINFO\tplotms:::: \tdone\r"));

    [Theory]
    [InlineData("tclean::::casa", false)]
    [InlineData("tclean::::casa+", true)]
    [InlineData("tclean::::casa+ ", true)]
    public void A_further_line_of_a_message_is_known_by_its_plus(string origin, bool continues) =>
        Assert.Equal(continues, LogLine.Parse($"{Time}\tWARN\t{origin}\tmore").Continues);

    [Theory]
    [InlineData("INFO", false, false)]
    [InlineData("WARN", true, false)]
    [InlineData("SEVERE", false, true)]
    public void Warnings_and_errors_are_known_by_their_priority(string priority, bool warning, bool severe)
    {
        var line = LogLine.Parse($"{Time}\t{priority}\t::casa\tWARN SEVERE");
        Assert.Equal((warning, severe), (line.IsWarning, line.IsSevere));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\t\t\t")]
    [InlineData("Traceback (most recent call last):")]
    [InlineData("2026-11-24\tWARN\t::casa\tthe time is too short")]
    [InlineData("2026-11-24 13:42:07\tWARN\tno message")]
    public void Lines_of_another_form_become_a_message_without_head(string line) =>
        Assert.Equal(new LogLine("", "", "", line), LogLine.Parse(line));
}
