using CasaWrapperKernel.Crashes;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Crashes;

public sealed class StoryTests : IDisposable
{
    private static readonly KernelNote Kernel = new(
        1, "here", "one.ipynb", "/data", "me", "0.1.0", "/bin/python", "/none.log", DateTime.UtcNow);

    private readonly TempFolder _folder = new();
    private readonly BlackBox _box;

    public StoryTests() => _box = new BlackBox(Path.Combine(_folder.Path, "kernel-1.crash"), Kernel);

    public void Dispose()
    {
        _box.Remove();
        _folder.Dispose();
    }

    [Fact]
    public void A_record_tells_what_runs()
    {
        var (cell, other) = (Cell.Read(Requests.Cell("x = 1"))!, Cell.Read(Requests.Cell("y = 2"))!);
        _box.CellStarts(cell, 1);
        _box.CellEnds(cell);
        _box.CellStarts(other, 2);
        _box.TaskBegins(7, "tclean", "vis='a.ms'");
        var story = Read();
        Assert.Equal("y = 2", Assert.Single(story.Running.Cells).Code);
        Assert.StartsWith("The kernel has ended in cell 2, while tclean ran: without a word", story.Summary);
        _box.TaskEnds(7);
        _box.CellEnds(other);
        Assert.StartsWith("The kernel has ended between cells", Read().Summary);
    }

    [Fact]
    public void Of_a_long_cell_the_beginning_is_kept()
    {
        _box.CellStarts(Cell.Read(Requests.Cell(string.Join("\\n", Enumerable.Range(0, 50))))!, 1);
        _box.CellStarts(Cell.Read(Requests.Cell(new string('x', 1_000_000)))!, 2);
        var codes = Read().Running.Cells.Select(cell => cell.Code).ToList();
        Assert.Equal(string.Join('\n', Enumerable.Range(0, 12)) + "\n...", codes[0]);
        Assert.Equal(2003, codes[1].Length);
    }

    [Fact]
    public void A_fault_of_ours_is_told_with_its_stack()
    {
        _box.Note(new InvalidOperationException("made up"));
        Assert.EndsWith("a fault of casa-kernel itself.", Read().Summary);
        Assert.Contains("made up", StoryPart.Print(Read(), withUserData: false));
    }

    [Theory]
    [InlineData("@signal 11 code 1 address 7ffc00000ff8 stack 7ffc00001000", "its stack is full")]
    [InlineData("@signal 11 code 1 address 0 stack 7ffc00001000", "a segmentation fault")]
    [InlineData("@exit 3", "exit(3)")]
    [InlineData("@oom", "out of memory")]
    public void Last_words_are_understood(string line, string cause)
    {
        File.AppendAllText(_box.Path!, $"\n{line}\n");
        Assert.Contains(cause, Read().Summary);
    }

    [Fact]
    public void What_is_the_users_own_can_be_left_out()
    {
        _box.CellStarts(Cell.Read(Requests.Cell("secret = 1"))!, 1);
        Assert.Contains("secret", StoryPart.Print(Read(), withUserData: true));
        Assert.DoesNotContain("secret", StoryPart.Print(Read(), withUserData: false));
        Assert.DoesNotContain("/data", StoryPart.Print(Read(), withUserData: false));
    }

    [Fact]
    public void An_orderly_end_leaves_nothing()
    {
        _box.Remove();
        Assert.False(File.Exists(_box.Path));
        _box.CellStarts(Cell.Read(Requests.Cell())!, 1);
        Assert.False(File.Exists(_box.Path));
    }

    private Story Read() => Story.Read(_box.Path!)!;
}
