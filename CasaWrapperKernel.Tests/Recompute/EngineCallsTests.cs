using System.Text.Json;
using System.Text.Json.Nodes;
using CasaWrapperKernel.Recompute;
using CasaWrapperKernel.Recompute.Calls;

namespace CasaWrapperKernel.Tests.Recompute;

/// <summary>The engine as Python speaks to it.</summary>
public sealed class EngineCallsTests : IDisposable
{
    private static readonly Bounds Large = new(long.MaxValue, TimeSpan.FromDays(10_000));

    private readonly Bench _bench = new();
    private readonly EngineCalls _calls;

    public EngineCallsTests() => _calls = new EngineCalls(() => _bench.StoreFolder, Large, _bench.Time);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void A_call_is_looked_for_kept_and_found()
    {
        var call = JsonSerializer.Serialize(_bench.Call(), CallJson.Default.CallRequest);
        var missed = Answer("look", $$"""{"call": {{call}}}""");
        Assert.Equal("this is the first gaincal that is kept", (string?)missed["run"]);
        _bench.Write("g.cal/table.f0", "solutions");
        var kept = Answer("keep",
            $$"""{ "ticket": {{missed["ticket"]}}, "seconds": 43, "log": "line", "payload": {"value": [1] } }""");
        Assert.Null((string?)kept["run"]);
        Assert.Equal(_bench.Product, (string?)kept["products"]![0]);
        Directory.Delete(_bench.Product, recursive: true);
        var found = Answer("look", $$"""{"call": {{call}}}""");
        Assert.Null((string?)found["run"]);
        Assert.Equal("line", (string?)found["log"]);
        Assert.Equal(43, (double)found["seconds"]!);
        Assert.Equal(1, (int)found["payload"]!["value"]![0]!);
        Assert.Equal("solutions", _bench.Read("g.cal/table.f0"));
        Assert.Equal(1, (int)Answer("size", "{}")["entries"]!);
    }

    [Fact]
    public void What_cannot_be_kept_or_answered_is_a_reason_to_run()
    {
        Assert.Contains("nobody has looked", (string?)Answer("keep", "{\"ticket\": 7, \"payload\": {}}")["run"]);
        Assert.Contains("no command nonsense", (string?)Answer("nonsense", "{}")["run"]);
        var nowhere = new EngineCalls(() => "/proc/no-store", Large, _bench.Time);
        Assert.Contains("cannot be used", (string?)JsonNode.Parse(nowhere.Call("size", "{}"))!["run"]);
    }

    [Fact]
    public void A_long_command_can_be_cancelled()
    {
        using (var file = File.Create(Path.Combine(_bench.Data, "x.ms", "table.f1")))
        {
            file.SetLength(20L << 30); // a hole, which is read as zeros
        }

        var call = JsonSerializer.Serialize(_bench.Call(), CallJson.Default.CallRequest);
        var pending = JsonNode.Parse(_calls.Call("look", $$"""{"call": {{call}}}"""))!["pending"];
        Assert.NotEqual(0, (int)pending!);
        _calls.Call("cancel", $$"""{"pending": {{pending}}}""");
        File.Delete(Path.Combine(_bench.Data, "x.ms", "table.f1"));
        var again = Answer("look", $$"""{"call": {{call}}}""");
        Assert.Equal("this is the first gaincal that is kept", (string?)again["run"]);
    }

    private JsonNode Answer(string command, string argument)
    {
        var answer = JsonNode.Parse(_calls.Call(command, argument))!;
        while ((int)answer["pending"]! != 0)
        {
            answer = JsonNode.Parse(_calls.Call("wait", $$"""{"pending": {{answer["pending"]}}}"""))!;
        }

        return answer;
    }
}
