using System.Text.Json;
using CasaWrapperKernel.Recompute;
using CasaWrapperKernel.Recompute.Calls;
using CasaWrapperKernel.Recompute.Storage;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CasaWrapperKernel.Tests.Recompute;

/// <summary>
/// A store, a folder of data with a small table in it, and calls that make a product of it: its text is the table's,
/// and a parameter's value.
/// </summary>
internal sealed class Bench : IDisposable
{
    private readonly TempFolder _folder = new();

    public Bench()
    {
        Write("x.ms/table.dat", "PlainTable");
        Write("x.ms/table.f0", "visibilities");
        Write("x.ms/table.lock", "");
        Write("x.ms/HISTORY/table.f0", "told");
        Restart();
    }

    /// <summary>Years ahead, so that no stamp is racy unless the test says so.</summary>
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UtcNow.AddYears(1));

    public Engine Engine { get; private set; } = null!;

    public string StoreFolder => _folder.File("store");

    public string Data => _folder.File("data");

    public string Product => Path.Combine(Data, "g.cal");

    public int Runs { get; private set; }

    /// <summary>The next kernel.</summary>
    public void Restart() => Engine = new Engine(Store.Open(StoreFolder, Time), Time);

    public string Write(string name, string text) => _folder.Write(Path.Combine("data", name), text);

    public string Read(string name) => File.ReadAllText(Path.Combine(Data, name));

    public CallRequest Call(string value = "15", bool replaces = false, string version = "6.7", string output = "g.cal",
        string data = "data") => new()
        {
            Task = "gaincal",
            Surroundings = Json($"\"{version}\""),
            Values = new Dictionary<string, JsonElement> { ["refant"] = Json($"\"{value}\"") },
            Inputs = new Dictionary<string, string> { ["vis"] = Path.Combine(_folder.File(data), "x.ms") },
            Outputs = new Dictionary<string, Output>
            {
                ["caltable"] = new(Path.Combine(_folder.File(data), output), [], replaces),
            },
            Folder = _folder.File(data),
        };

    /// <summary>Makes the call as a kernel does.</summary>
    /// <returns>Why it ran, or null if it was replayed.</returns>
    public string? Make(CallRequest call, Action? also = null)
    {
        var found = Engine.Look(call, CancellationToken.None);
        if (found.Reason is not null)
        {
            Run(call);
            also?.Invoke();
            Engine.Keep(found.Ticket, 43, "a line", Json("{\"value\": 1}"), CancellationToken.None);
        }

        return found.Reason;
    }

    /// <summary>What a call says that cannot be kept.</summary>
    public string Refusal(CallRequest call, Action? also = null) =>
        Assert.Throws<UnknowableException>(() => Make(call, also)).Message;

    public void Dispose() => _folder.Dispose();

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;

    private void Run(CallRequest call)
    {
        Runs++;
        var folder = call.Outputs["caltable"].Path;
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true); // as gaincal does
        }

        Directory.CreateDirectory(Path.Combine(folder, "SUB"));
        var text = File.ReadAllText(Path.Combine(call.Inputs["vis"], "table.f0"))
            + call.Values["refant"].GetString();
        File.WriteAllText(Path.Combine(folder, "table.f0"), text);
        File.WriteAllText(Path.Combine(folder, "SUB", "table.dat"), "PlainTable");
        File.CreateSymbolicLink(Path.Combine(folder, "first"), "SUB/table.dat");
    }
}
