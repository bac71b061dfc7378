using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Which cells are remembered, and whose a line is that nobody claims.</summary>
public sealed class CellLogsTests
{
    private static readonly LogLine Line = LogLine.Parse("2026-11-24 13:42:07\tINFO\ttclean::::casa\tone");

    private readonly CellLogs _cells = new(TimeProvider.System);

    [Theory]
    [InlineData(1, 999, true)]
    [InlineData(1, 1000, false)]
    [InlineData(800, 60, true)]
    [InlineData(800, 70, false)] // a block keeps no more than 800 lines, so these are more than 50,000
    public void The_newest_cells_are_remembered(int lines, int later, bool expected)
    {
        var cell = Run(lines);
        for (var i = 0; i < later; i++)
        {
            Run(lines);
        }

        Assert.Equal(expected, _cells.Known(cell.Parent) is not null);
    }

    [Fact]
    public void Cells_that_run_or_write_are_never_forgotten_and_empty_ones_at_once()
    {
        var running = NewCell();
        _cells.Begin(running);
        var owner = _cells.Owner = NewCell();
        var empty = Run(0);
        for (var i = 0; i < 1500; i++)
        {
            Run(1);
        }

        Assert.Same(running, _cells.Known(running.Parent));
        Assert.Same(owner, _cells.Known(owner.Parent));
        Assert.Null(_cells.Known(empty.Parent));
        Assert.InRange(_cells.All.Count, 900, 1000);
    }

    [Fact]
    public void The_newest_is_the_running_one_that_began_last_or_else_the_last()
    {
        var (main, beside) = (NewCell(), NewCell());
        Assert.Null(_cells.Newest);
        _cells.Begin(main);
        _cells.Begin(beside);
        Assert.Same(beside, _cells.Newest);
        _cells.End(beside);
        Assert.Same(main, _cells.Newest);
        _cells.End(main);
        Assert.Same(main, _cells.Newest);
    }

    private CellLog NewCell() => _cells.Of([1, 2, 3], "");

    private CellLog Run(int lines)
    {
        var cell = NewCell();
        _cells.Begin(cell);
        for (var i = 0; i < lines; i++)
        {
            cell.Add(Line, null);
        }

        _cells.End(cell);
        return cell;
    }
}
