using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Recompute.Calls;
using CasaWrapperKernel.Recompute.Storage;

namespace CasaWrapperKernel.Recompute;

/// <summary>
/// The engine's commands as JSON both ways: <c>casawrapper/casa/recompute/engine.py</c>. A command that takes long is
/// answered with <c>pending</c> now and then, so that whoever waits can be interrupted.
/// </summary>
/// <param name="folder">Of the store, which is made with the first command.</param>
/// <param name="bounds">Of the store.</param>
internal sealed class EngineCalls(Func<string> folder, Bounds bounds, TimeProvider time)
{
    private const int CallsBetweenCollections = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<int, (Task<EngineAnswer> Work, CancellationTokenSource Stop)> _pending = [];
    private readonly Lock _gate = new();
    private readonly Lock _engineGate = new();
    private Engine? _engine;
    private int _kept;
    private int _last;

    /// <param name="command">
    /// <c>look</c> with a call; <c>keep</c> with a ticket and what came of it; <c>drop</c> with a ticket; <c>size</c>;
    /// <c>wait</c> and <c>cancel</c> with a number that was pending.
    /// </param>
    /// <returns>A JSON object; <c>run</c> in it says why a call has to run, or could not be kept.</returns>
    public string Call(string command, string argument)
    {
        var given = JsonSerializer.Deserialize(argument, EngineJson.Default.EngineArgument)!;
        var number = command is "wait" or "cancel" ? given.Pending : Start(command, given);
        (Task<EngineAnswer> Work, CancellationTokenSource Stop) pending;
        lock (_gate)
        {
            pending = _pending[number];
        }

        if (command == "cancel")
        {
            pending.Stop.Cancel();
        }
        else if (!pending.Work.Wait(Patience))
        {
            return Written(new EngineAnswer { Pending = number, BytesRead = _engine?.Store.Reader.BytesRead ?? 0 });
        }

        lock (_gate)
        {
            _pending.Remove(number);
        }

        return Written(command == "cancel" ? new EngineAnswer() : pending.Work.Result);
    }

    private int Start(string command, EngineArgument given)
    {
        var stop = new CancellationTokenSource();
        lock (_gate)
        {
            _pending[++_last] = (Task.Run(() => Answer(command, given, stop.Token)), stop);
            return _last;
        }
    }

    // Whatever is wrong here, the task can run.
    private EngineAnswer Answer(string command, EngineArgument given, CancellationToken stop)
    {
        try
        {
            lock (_engineGate)
            {
                return Do(command, given, stop);
            }
        }
        catch (UnknowableException e)
        {
            return new EngineAnswer { Run = e.Message };
        }
        catch (Exception e)
        {
            var reason = $"the store cannot be used ({e.GetType().Name}: {e.Message})";
            return new EngineAnswer { IsAmiss = true, Run = reason };
        }
    }

    private EngineAnswer Do(string command, EngineArgument given, CancellationToken stop)
    {
        var engine = Open();
        switch (command)
        {
            case "look":
                var (ticket, reason, entry, isAmiss) = engine.Look(given.Call!, stop);
                return new EngineAnswer
                {
                    IsAmiss = isAmiss,
                    Ticket = ticket,
                    Run = reason,
                    Seconds = entry?.Seconds ?? 0,
                    Log = entry?.Log,
                    Payload = entry?.Payload,
                    Products = entry is null ? [] : [.. entry.Products.Select(product =>
                        given.Call!.Outputs[product.Output].Path + product.Suffix)],
                };
            case "keep":
                var products = engine.Keep(given.Ticket, given.Seconds, given.Log, given.Payload, stop);
                if (_kept++ % CallsBetweenCollections == 0)
                {
                    new Collector(engine.Store).Collect(bounds.MostBytes, bounds.Longest, time.GetUtcNow());
                }

                return new EngineAnswer { Products = products };
            case "drop":
                engine.Drop(given.Ticket);
                return new EngineAnswer();
            case "size":
                return new EngineAnswer
                {
                    Folder = engine.Store.Folder,
                    Bytes = new Collector(engine.Store).Size(),
                    Entries = engine.Store.Entries.Files().Count,
                };
            default:
                throw new ArgumentException($"no command {command}");
        }
    }

    private Engine Open() => _engine ??= new Engine(Store.Open(folder(), time), time);

    private static string Written(EngineAnswer answer) =>
        JsonSerializer.Serialize(answer, EngineJson.Default.EngineAnswer);
}

/// <summary>What a command may need to know.</summary>
internal sealed record EngineArgument
{
    public int Pending { get; init; }

    public int Ticket { get; init; }

    public CallRequest? Call { get; init; }

    /// <summary>What the task took.</summary>
    public double Seconds { get; init; }

    public string Log { get; init; } = "";

    public JsonElement Payload { get; init; }
}

/// <summary>What a command may answer.</summary>
internal sealed record EngineAnswer
{
    /// <summary>The number to wait for; 0 when it is done.</summary>
    public int Pending { get; init; }

    /// <summary>How much has been read to know what it holds, in this session.</summary>
    public long BytesRead { get; init; }

    /// <summary>Why the call has to run, or is not kept.</summary>
    public string? Run { get; init; }

    /// <summary>Whether something of the store is not as it should be, which its user must hear.</summary>
    public bool IsAmiss { get; init; }

    public int Ticket { get; init; }

    /// <summary>What the task took when it ran.</summary>
    public double Seconds { get; init; }

    public string? Log { get; init; }

    public JsonElement? Payload { get; init; }

    public IReadOnlyList<string> Products { get; init; } = [];

    public string? Folder { get; init; }

    public long Bytes { get; init; }

    public int Entries { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EngineArgument))]
[JsonSerializable(typeof(EngineAnswer))]
internal sealed partial class EngineJson : JsonSerializerContext;
