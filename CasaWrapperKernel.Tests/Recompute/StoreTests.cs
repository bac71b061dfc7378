using CasaWrapperKernel.Recompute;
using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Tests.Recompute;

/// <summary>A store that is damaged, left half written, full, old, or somebody else's.</summary>
public sealed class StoreTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_damaged_content_is_a_miss_and_made_anew()
    {
        Kept();
        var damaged = _bench.Engine.Store.Objects.Files()
            .Single(file => File.ReadAllText(file.FullName) == "visibilities15");
        foreach (var file in _bench.Engine.Store.Objects.Files())
        {
            File.SetUnixFileMode(file.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.AppendAllText(file.FullName, "!");
        }

        File.WriteAllText(damaged.FullName, "visibilities16");
        Assert.Single(new Collector(_bench.Engine.Store).Damaged(CancellationToken.None));
        Assert.Contains("is damaged", _bench.Make(_bench.Call()));
        Assert.Equal("visibilities15", _bench.Read("g.cal/table.f0"));
        Assert.Empty(new Collector(_bench.Engine.Store).Damaged(CancellationToken.None));
        Directory.Delete(_bench.Product, recursive: true);
        Assert.Null(_bench.Make(_bench.Call()));
    }

    [Fact]
    public void A_content_that_is_gone_is_a_miss()
    {
        Kept();
        Directory.Delete(Path.Combine(_bench.StoreFolder, "objects"), recursive: true);
        Assert.Contains("is damaged", _bench.Make(_bench.Call()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    [InlineData(200)]
    public void A_record_that_is_cut_short_is_a_miss(int length)
    {
        Kept();
        using (var record = _bench.Engine.Store.Entries.Files().Single().Open(FileMode.Open))
        {
            record.SetLength(length);
        }

        Assert.Contains("is damaged", _bench.Make(_bench.Call()));
        Directory.Delete(_bench.Product, recursive: true);
        Assert.Null(_bench.Make(_bench.Call()));
    }

    [Fact]
    public void What_was_killed_before_its_products_were_complete_leaves_nothing()
    {
        var temporary = _bench.Write(".casa-kernel-1/0/table.f0", "half");
        Directory.CreateDirectory(_bench.Engine.Store.Journals);
        Begun([], Path.Combine(_bench.Data, ".casa-kernel-1"));
        _bench.Restart();
        Assert.False(File.Exists(temporary));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Data, ".casa-kernel*"));
        Assert.Empty(Directory.EnumerateFiles(_bench.Engine.Store.Journals));
    }

    [Fact]
    public void What_was_killed_between_its_renames_is_brought_to_its_end()
    {
        var folder = Path.Combine(_bench.Data, ".casa-kernel-1");
        _bench.Write(".casa-kernel-1/1/table.f0", "second");
        _bench.Write("first.cal/table.f0", "first");
        _bench.Write(".casa-kernel-1/2.before/table.f0", "old third");
        _bench.Write(".casa-kernel-1/2/table.f0", "third");
        Begun([Move(folder, 0, "first.cal"), Move(folder, 1, "second.cal"),
            Move(folder, 2, "third.cal", aside: true)], folder);
        _bench.Restart();
        Assert.Equal("first", _bench.Read("first.cal/table.f0"));
        Assert.Equal("second", _bench.Read("second.cal/table.f0"));
        Assert.Equal("third", _bench.Read("third.cal/table.f0"));
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void What_the_user_has_made_meanwhile_stays()
    {
        var folder = Path.Combine(_bench.Data, ".casa-kernel-1");
        _bench.Write(".casa-kernel-1/0/table.f0", "ours");
        _bench.Write("g.cal/table.f0", "the user's");
        Begun([Move(folder, 0, "g.cal")], folder);
        _bench.Restart();
        Assert.Equal("the user's", _bench.Read("g.cal/table.f0"));
    }

    [Fact]
    public void What_a_living_kernel_has_in_hand_is_left_to_it()
    {
        using var journal = Journal.Begin(_bench.Engine.Store.Journals, [Path.Combine(_bench.Data, ".casa-kernel-1")]);
        _bench.Write(".casa-kernel-1/0/table.f0", "at work");
        _bench.Restart();
        Assert.Equal("at work", _bench.Read(".casa-kernel-1/0/table.f0"));
    }

    [Fact]
    public void It_is_its_owners_alone_and_of_its_version()
    {
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_bench.StoreFolder));
        File.WriteAllText(Path.Combine(_bench.StoreFolder, "VERSION"), "casa-kernel recompute 0\n");
        Assert.Contains("another version's", Assert.Throws<UnknowableException>(_bench.Restart).Message);
        File.SetUnixFileMode(_bench.StoreFolder, (UnixFileMode)0b111_111_111);
        Assert.Contains("not yours alone", Assert.Throws<UnknowableException>(_bench.Restart).Message);
        Assert.Contains("holds other things",
            Assert.Throws<UnknowableException>(() => Store.Open(_bench.Data, _bench.Time)).Message);
    }

    [Fact]
    public void It_keeps_within_its_bounds_what_was_of_use_last()
    {
        foreach (var value in (string[])["1", "2", "3"])
        {
            Kept(value);
            foreach (var record in _bench.Engine.Store.Entries.Files())
            {
                record.LastWriteTimeUtc = record.LastWriteTimeUtc.AddHours(-1);
            }
        }

        var (collector, later) = (new Collector(_bench.Engine.Store), DateTimeOffset.UtcNow.AddHours(5));
        var one = _bench.Engine.Store.Entries.Files()[0].Length + 200;
        Assert.Equal(0, collector.Collect(long.MaxValue, TimeSpan.FromDays(1), later));
        Assert.Equal(2, collector.Collect(one, TimeSpan.FromDays(1), later));
        Assert.Null(_bench.Make(_bench.Call("3")));
        Directory.Delete(_bench.Product, recursive: true);
        Assert.NotNull(_bench.Make(_bench.Call("1")));
        Assert.Equal(2, collector.Collect(long.MaxValue, TimeSpan.FromDays(1), later.AddDays(30)));
        Assert.Empty(_bench.Engine.Store.Objects.Files());
    }

    private void Kept(string value = "15")
    {
        Assert.NotNull(_bench.Make(_bench.Call(value)));
        Directory.Delete(_bench.Product, recursive: true);
    }

    /// <summary>A journal as a process leaves it that was killed.</summary>
    private void Begun(IReadOnlyList<Move> moves, string folder)
    {
        var store = _bench.Engine.Store;
        var journal = Journal.Begin(store.Journals, [folder]);
        journal.Commit([folder], moves);
        var (state, copy) = (Directory.EnumerateFiles(store.Journals, "*.json").Single(), Path.GetTempFileName());
        File.Copy(state, copy, overwrite: true);
        journal.Dispose();
        File.WriteAllText(Path.ChangeExtension(state, ".lock"), "");
        File.Move(copy, state);
    }

    private Move Move(string folder, int number, string name, bool aside = false) => new(
        Path.Combine(folder, $"{number}"), Path.Combine(_bench.Data, name),
        aside ? Path.Combine(folder, $"{number}.before") : null);
}
