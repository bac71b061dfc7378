using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Logs;

/// <summary>What Python says to the log and asks of it, as JSON both ways: <c>casawrapper/bridge/host.py</c>.</summary>
/// <param name="tasks">Is told of the same tasks as the log.</param>
internal sealed class LogCalls(CasaLog log, BlockPlaces places, ITaskObserver tasks)
{
    /// <param name="parent">Header JSON of the request that the calling code belongs to.</param>
    /// <returns>A JSON object.</returns>
    public string Call(byte[] parent, string command, string argument)
    {
        var given = Read(argument);
        switch (command)
        {
            case "follow":
                log.Follow(given.Path);
                break;
            case "own":
                log.Own(parent, given.Text);
                break;
            case "disown":
                log.Own([]);
                break;
            case "begin":
                tasks.TaskBegins(given.Key, given.Task, given.Arguments);
                log.TaskBegins(parent, given);
                break;
            case "end":
                tasks.TaskEnds(given.Key);
                log.TaskEnds(given);
                break;
            case "under":
                places.ShowUnder(parent, Encoding.UTF8.GetBytes(given.Header));
                break;
            case "settle":
                log.ShowNews(places.Known(parent));
                places.Settled(parent);
                break;
            case "children":
                log.HearChildren(given.Path);
                break;
            case "apart":
                log.Apart(given.On);
                break;
            case "starting":
                log.Starting(given.On);
                break;
            case "switch":
                log.Switch(given.On);
                break;
            case "level":
                log.SetLevel(given.Level);
                break;
            case "state":
                return JsonSerializer.Serialize(log.State(), LogJson.Default.LogState);
            case "last":
                return Content(log.Last());
            case "session":
                return Content(log.Session());
        }

        return "{}";
    }

    public static LogArgument Read(string argument) =>
        JsonSerializer.Deserialize(argument, LogJson.Default.LogArgument)!;

    private static string Content(IReadOnlyDictionary<string, string>? content) => content is null
        ? "{}"
        : JsonSerializer.Serialize(content, LogJson.Default.IReadOnlyDictionaryStringString);
}

/// <summary>What a command may need to know.</summary>
internal sealed record LogArgument
{
    /// <summary>Of a forked child, which has no other way to name it.</summary>
    public string Command { get; set; } = "";

    /// <summary>The <c>msg_id</c> of the request that a forked child works at.</summary>
    public string Request { get; set; } = "";

    /// <summary>Of a log.</summary>
    public string Path { get; set; } = "";

    /// <summary>How many bytes that log has had when this was said.</summary>
    public long Size { get; set; }

    public string Task { get; set; } = "";

    /// <summary>Of the task, as Python writes them.</summary>
    public string Arguments { get; set; } = "";

    /// <summary>A number of its own for each call of a process.</summary>
    public int Call { get; set; }

    public int Process { get; set; }

    public int Thread { get; set; }

    [JsonIgnore]
    public long Key => ((long)Process << 32) + Call;

    public string Error { get; set; } = "";

    public string Result { get; set; } = "";

    /// <summary>The seconds that the task took when it ran; null unless this call of it was replayed.</summary>
    public double? InsteadOf { get; set; }

    /// <summary>What is written into the log.</summary>
    public string? Text { get; set; }

    /// <summary>Header JSON of the request under which this one's log is shown.</summary>
    public string Header { get; set; } = "";

    public bool On { get; set; }

    public string Level { get; set; } = "";
}

/// <summary>How things stand.</summary>
/// <param name="Counts">Of the whole session, in words.</param>
/// <param name="Parts">The session's log, of one or more files.</param>
internal sealed record LogState(bool On, string Counts, IReadOnlyList<LogPart> Parts);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LogArgument))]
[JsonSerializable(typeof(LogState))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LogJson : JsonSerializerContext;
