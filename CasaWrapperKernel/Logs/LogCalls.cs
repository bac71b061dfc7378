using System.Text.Json;
using System.Text.Json.Serialization;

namespace CasaWrapperKernel.Logs;

/// <summary>What Python says to the log and asks of it, as JSON both ways: <c>casawrapper/bridge/host.py</c>.</summary>
internal sealed class LogCalls(CasaLog log)
{
    /// <param name="parent">Header JSON of the request that the calling code belongs to.</param>
    /// <returns>A JSON object.</returns>
    public string Call(byte[] parent, string command, string argument)
    {
        var given = JsonSerializer.Deserialize(argument, LogJson.Default.LogArgument)!;
        switch (command)
        {
            case "follow":
                log.Follow(given.Path);
                break;
            case "own":
                log.Own(parent);
                break;
            case "disown":
                log.Own([]);
                break;
            case "begin":
                log.TaskBegins(parent, given.Call, given.Task);
                break;
            case "end":
                log.TaskEnds(given.Call, given.Error, given.Result);
                break;
            case "apart":
                log.Apart(given.On);
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

    private static string Content(IReadOnlyDictionary<string, string>? content) => content is null
        ? "{}"
        : JsonSerializer.Serialize(content, LogJson.Default.IReadOnlyDictionaryStringString);
}

/// <summary>What a command may need to know.</summary>
internal sealed record LogArgument
{
    public string Path { get; set; } = "";

    public string Task { get; set; } = "";

    public long Call { get; set; }

    public string Error { get; set; } = "";

    public string Result { get; set; } = "";

    public bool On { get; set; }

    public string Level { get; set; } = "";
}

/// <summary>How things stand.</summary>
/// <param name="Counts">Of the whole session, in words.</param>
/// <param name="Parts">The session's log, of one or more files.</param>
internal sealed record LogState(bool On, string Counts, IReadOnlyList<LogPart> Parts);

/// <summary>A file and the byte where this session begins in it.</summary>
internal sealed record LogPart(string Path, long Start);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(LogArgument))]
[JsonSerializable(typeof(LogState))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class LogJson : JsonSerializerContext;
