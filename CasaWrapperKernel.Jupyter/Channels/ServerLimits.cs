using System.Text.Json;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Gets what a cell ends with through a Jupyter server that drops messages. Beyond 1,000 messages, or 1 MB of text, a
/// second it drops everything but states, a result or an error as well, until it has seen a state idle
/// (jupyter_server's <c>_limit_rate</c>). So after a flood it is shown one before a result, an error, and the last
/// update of each display.
/// </summary>
internal sealed class ServerLimits
{
    private const long MostMessages = 1000;
    private const long MostText = 1_000_000;
    private const int MostDisplays = 100;

    private static readonly Outgoing Idle = Status("idle");
    private static readonly Outgoing Busy = Status("busy");

    private readonly Dictionary<string, Outgoing> _updates = [];
    private long _messages;
    private long _text;

    private bool IsFlood => _messages > MostMessages || _text > MostText;

    /// <summary>What is to be sent on iopub before the message.</summary>
    public IReadOnlyList<Outgoing> Before(Outgoing message)
    {
        switch (message.Type)
        {
            case "status":
                return message.Content.AsSpan().SequenceEqual(Idle.Content) ? Ended() : [];
            case "execute_result" or "error" when IsFlood:
                Reset();
                return [Idle, Busy];
            case "update_display_data" when IsFlood:
                Remember(message);
                break;
        }

        _messages++;
        _text += message.Type == "stream" ? message.Content.Length : 0;
        return [];
    }

    private List<Outgoing> Ended()
    {
        List<Outgoing> before = _updates.Count > 0 ? [Idle, Busy, .. _updates.Values] : [];
        _updates.Clear();
        Reset();
        return before;
    }

    private void Reset() => (_messages, _text) = (0, 0);

    private void Remember(Outgoing update)
    {
        if (DisplayId(update.Content) is { } id && (_updates.Count < MostDisplays || _updates.ContainsKey(id)))
        {
            _updates[id] = update;
        }
    }

    private static string? DisplayId(byte[] content)
    {
        var json = new Utf8JsonReader(content);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isTransient = json.ValueTextEquals("transient"u8);
            json.Read();
            if (!isTransient)
            {
                json.Skip();
                continue;
            }

            using var transient = JsonDocument.ParseValue(ref json);
            return transient.RootElement.ValueKind == JsonValueKind.Object
                && transient.RootElement.TryGetProperty("display_id", out var id) ? id.ToString() : null;
        }

        return null;
    }

    // Of no request: clients that wait for one do not take it for theirs.
    private static Outgoing Status(string state) =>
        new("status", Outgoing.EmptyObject, Json.Write(new Status(state), WireJson.Default.Status))
        {
            Identities = [Topic.Of("status")],
        };
}
