using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>Real files that are moved, removed, replaced and emptied while somebody has them open.</summary>
public sealed class LogFileTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _path;
    private readonly List<string> _lines = [];

    public LogFileTests() => _path = _folder.File("casa.log");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("moved")]
    [InlineData("removed")]
    [InlineData("replaced")]
    [InlineData("in a folder that is gone")]
    public void Who_has_it_open_and_who_makes_a_new_one_are_both_followed(string how)
    {
        using var casa = Open(_path);
        var log = new LogFile(_path);
        Write(casa, "before");
        Read(log);
        switch (how)
        {
            case "moved":
                File.Move(_path, _folder.File("kept.log"));
                break;
            case "removed":
                File.Delete(_path);
                break;
            case "replaced":
                File.WriteAllText(_folder.File("new.log"), "");
                File.Move(_folder.File("new.log"), _path, overwrite: true);
                break;
            default:
                Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
                Write(casa, "alone");
                Read(log);
                Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
                break;
        }

        Write(casa, "of CASA");
        using var plotms = Open(_path);
        Write(plotms, "of plotms");
        Read(log);
        Write(casa, "of CASA again");
        Read(log);
        Assert.Equal(["before", "of CASA", "of plotms", "of CASA again"], _lines.Except(["alone"]));
        var all = new List<string>();
        log.ReadAll(all.Add);
        Assert.Equal(_lines.Order(), all.Order());
        Assert.Equal(_lines.Order(), log.Parts.SelectMany(part => File.ReadLines(part.Open)).Order());
    }

    [Fact]
    public void A_file_that_comes_back_is_not_read_twice()
    {
        using var casa = Open(_path);
        var log = new LogFile(_path);
        for (var i = 0; i < 3; i++)
        {
            File.Move(_path, _folder.File("aside.log"));
            Write(casa, $"away {i}");
            Read(log);
            using (var plotms = Open(_path))
            {
                Write(plotms, $"new {i}");
            }

            Read(log);
            File.Move(_folder.File("aside.log"), _path, overwrite: true);
            Write(casa, $"back {i}");
            Read(log);
        }

        Assert.Equal(["away 0", "new 0", "back 0", "away 1", "new 1", "back 1", "away 2", "new 2", "back 2"], _lines);
    }

    [Fact]
    public void Of_an_older_file_that_is_put_there_only_what_is_new_is_read()
    {
        var older = _folder.Write("older.log", "of another day\n");
        Thread.Sleep(50); // the grain of a file's times
        using var casa = Open(_path);
        var log = new LogFile(_path);
        File.Move(older, _path, overwrite: true);
        Read(log);
        File.AppendAllText(_path, "new\n");
        Write(casa, "of CASA");
        Read(log);
        Assert.Equal(["of CASA", "new"], _lines);
    }

    [Fact]
    public void Of_a_copy_of_an_older_file_too()
    {
        const string Line = "2026-01-02 03:04:05\tWARN\tother::::casa\tof another day\n";
        using var casa = Open(_path);
        var log = new LogFile(_path);
        File.Delete(_path);
        File.WriteAllText(_path, Line);
        Read(log);
        File.AppendAllText(_path, "new\n");
        Read(log);
        Assert.Equal(["new"], _lines);
    }

    [Fact]
    public void However_often_it_is_rotated_few_stay_open_and_CASAs_own_does()
    {
        using var casa = Open(_path);
        var log = new LogFile(_path);
        for (var i = 0; i < 50; i++)
        {
            File.Move(_path, _folder.File($"casa.log.{i}"));
            File.WriteAllText(_path, $"{i}\n");
            Read(log);
        }

        Write(casa, "still");
        Read(log);
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => $"{i}"), "still"], _lines);
        Assert.InRange(log.Parts.Count(), 2, 16);
    }

    [Fact]
    public void What_is_no_file_has_no_lines()
    {
        foreach (var path in (string[])["/dev/null", _folder.File("no/such/folder.log"), Path.GetDirectoryName(_path)!])
        {
            var log = new LogFile(path);
            Read(log);
            Assert.Equal(path, Assert.Single(log.Parts).Path);
        }

        Assert.Empty(_lines);
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);

    private static void Write(FileStream file, string line)
    {
        file.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
        file.Flush();
    }

    private void Read(LogFile log) => log.ReadNew((_, line) => _lines.Add(line));
}
