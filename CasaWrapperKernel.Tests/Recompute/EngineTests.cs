using CasaWrapperKernel.Recompute.Calls;
using CasaWrapperKernel.Recompute.Identity;

namespace CasaWrapperKernel.Tests.Recompute;

/// <summary>Which calls run, and what is there afterwards.</summary>
public sealed class EngineTests : IDisposable
{
    private readonly Bench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_call_that_ran_is_replayed_in_the_next_kernel()
    {
        Assert.Equal("this is the first gaincal that is kept", _bench.Make(_bench.Call()));
        Directory.Delete(_bench.Product, recursive: true);
        _bench.Restart();
        Assert.Null(_bench.Make(_bench.Call()));
        Assert.Equal("visibilities15", _bench.Read("g.cal/table.f0"));
        Assert.Equal("SUB/table.dat", new FileInfo(Path.Combine(_bench.Product, "first")).LinkTarget);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_bench.Data, ".casa-kernel*"));
        Assert.Equal(1, _bench.Runs);
    }

    [Theory]
    [InlineData("3", "6.7", "refant: \"15\" → \"3\"")]
    [InlineData("15", "6.8", "CASA or its data have changed: \"6.7\" → \"6.8\"")]
    public void Another_parameter_or_another_CASA_runs(string value, string version, string reason)
    {
        _bench.Make(_bench.Call());
        Directory.Delete(_bench.Product, recursive: true);
        Assert.Equal(reason, _bench.Make(_bench.Call(value, version: version)));
    }

    [Fact]
    public void A_byte_that_changes_under_an_old_time_is_seen()
    {
        _bench.Make(_bench.Call(replaces: true));
        var file = Path.Combine(_bench.Data, "x.ms", "table.f0");
        var before = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "Visibilities");
        File.SetLastWriteTimeUtc(file, before);
        Assert.Equal("x.ms (vis) holds other data than before", _bench.Make(_bench.Call(replaces: true)));
    }

    [Fact]
    public void Times_locks_and_histories_do_not_count()
    {
        _bench.Make(_bench.Call(replaces: true));
        File.SetLastWriteTimeUtc(Path.Combine(_bench.Data, "x.ms", "table.f0"), DateTime.UtcNow.AddDays(-3));
        _bench.Write("x.ms/table.lock", "held");
        _bench.Write("x.ms/HISTORY/table.f0", "told again");
        Assert.Null(_bench.Make(_bench.Call(replaces: true)));
        var reads = _bench.Call(replaces: true) with { WithHistory = ["vis"] };
        Assert.NotNull(_bench.Make(reads));
        _bench.Write("x.ms/HISTORY/table.f0", "and again");
        Assert.Contains("(vis) holds other data", _bench.Make(reads));
    }

    [Fact]
    public void In_another_folder_it_is_replayed_unless_its_product_names_the_folder()
    {
        _bench.Make(_bench.Call());
        Copy("elsewhere");
        Assert.Null(_bench.Make(_bench.Call(data: "elsewhere")));
        Directory.Delete(_bench.Product, recursive: true);
        var listing = _bench.Call("1");
        _bench.Make(listing, () => _bench.Write("g.cal/list.txt", $"Data of {_bench.Data}/x.ms"));
        Directory.Delete(Path.Combine(_bench.Data, "../elsewhere/g.cal"), recursive: true);
        Assert.Contains("hold the name of the folder", _bench.Make(_bench.Call("1", data: "elsewhere")));
    }

    [Fact]
    public void What_is_there_is_neither_overwritten_nor_taken_for_the_product()
    {
        _bench.Make(_bench.Call());
        Assert.Equal($"{_bench.Product} is there already", _bench.Refusal(_bench.Call()));
        Assert.Null(_bench.Make(_bench.Call(replaces: true)));
        _bench.Write("g.cal/table.f0", "edited");
        var found = _bench.Engine.Look(_bench.Call(replaces: true), CancellationToken.None);
        Assert.Equal($"{_bench.Product}/table.f0 was made or changed by something else", found.Reason);
        Assert.Equal("edited", _bench.Read("g.cal/table.f0"));
        Assert.Equal(found.Reason, _bench.Make(_bench.Call(replaces: true)));
        Assert.Null(_bench.Make(_bench.Call(replaces: true)));
    }

    [Fact]
    public void A_product_of_another_call_that_the_store_has_is_replaced_where_the_task_replaces_it()
    {
        _bench.Make(_bench.Call("15", replaces: true));
        Directory.Delete(_bench.Product, recursive: true);
        _bench.Make(_bench.Call("3", replaces: true));
        Assert.Null(_bench.Make(_bench.Call("15", replaces: true)));
        Assert.Equal("visibilities15", _bench.Read("g.cal/table.f0"));
    }

    [Fact]
    public void A_task_that_does_what_it_is_not_known_to_do_is_not_kept()
    {
        Assert.Contains("it also made or changed", _bench.Refusal(_bench.Call("1"), () => _bench.Write("other", "x")));
        Directory.Delete(_bench.Product, recursive: true);
        Assert.Contains("it changed", _bench.Refusal(_bench.Call("2"), () => _bench.Write("x.ms/table.f0", "changed")));
        Directory.Delete(_bench.Product, recursive: true);
        Assert.Contains("has not made", _bench.Refusal(
            _bench.Call("3"), () => Directory.Delete(_bench.Product, recursive: true)));
        Assert.Empty(_bench.Engine.Store.Entries.Files());
    }

    [Fact]
    public void What_cannot_be_known_is_said()
    {
        _bench.Write("x.ms/table.dat", "....RefTable");
        Assert.Contains("refers to the data of other tables", _bench.Refusal(_bench.Call()));
        _bench.Write("x.ms/table.dat", "PlainTable");
        File.CreateSymbolicLink(Path.Combine(_bench.Data, "x.ms", "far"), "/etc/hostname");
        Assert.Contains("is a link to elsewhere", _bench.Refusal(_bench.Call()));
        File.Delete(Path.Combine(_bench.Data, "x.ms", "far"));
        using var tool = File.OpenWrite(Path.Combine(_bench.Data, "x.ms", "table.f0"));
        Assert.Contains("is open for writing in this session", _bench.Refusal(_bench.Call()));
    }

    [Fact]
    public void A_state_in_place_is_known_by_the_call_that_made_it()
    {
        var nothing = new Dictionary<string, Output>();
        var flag = _bench.Call() with { Task = "flagdata", Changes = ["vis"], Outputs = nothing };
        foreach (var unused in (string[])["unused", "UNUSED"])
        {
            _bench.Write("x.ms/table.f0", "visibilities");
            var found = _bench.Engine.Look(flag, CancellationToken.None);
            Assert.Contains("in place", found.Reason);
            _bench.Write("x.ms/table.f0", "flagged, " + unused);
            _bench.Engine.Keep(found.Ticket, 1, "", Bench.Json("{}"), CancellationToken.None);
            Assert.Equal(unused == "unused", _bench.Make(_bench.Call(replaces: true)) is not null);
        }

        _bench.Write("x.ms/table.f0", "flagged by hand");
        Assert.Contains("holds other data", _bench.Make(_bench.Call(replaces: true)));
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(1, false)]
    public void A_stamp_is_believed_only_if_it_was_not_young_when_the_file_was_read(int seconds, bool isBelieved)
    {
        var path = Path.Combine(_bench.Data, "x.ms", "table.f0");
        var stamp = Stamp.Of(path);
        var at = DateTimeOffset.UnixEpoch.AddTicks(stamp.Changed / 100).AddSeconds(seconds);
        var store = _bench.Engine.Store;
        store.Stamps.Of(Path.Combine(_bench.Data, "x.ms"))["table.f0"] = new StampedHash(stamp, "believed", at);
        var file = store.Reader.Read(Path.Combine(_bench.Data, "x.ms"), CancellationToken.None)!.Files
            .Single(known => known.Name == "table.f0");
        Assert.Equal(isBelieved, file.Hash == "believed");
    }

    [Fact]
    public void What_has_not_changed_is_not_read_again_by_the_next_kernel()
    {
        var table = Path.Combine(_bench.Data, "x.ms");
        var before = _bench.Engine.Store.Reader.Read(table, CancellationToken.None)!;
        _bench.Restart();
        var reader = _bench.Engine.Store.Reader;
        Assert.Equal(before.Content, reader.Read(table, CancellationToken.None)!.Content);
        Assert.Equal(0, reader.BytesRead);
    }

    private void Copy(string name)
    {
        var target = Path.Combine(_bench.Data, "..", name);
        foreach (var file in Directory.EnumerateFiles(
            Path.Combine(_bench.Data, "x.ms"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(target, Path.GetRelativePath(_bench.Data, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
