using System.Diagnostics;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Support;

/// <summary>Reading what would be sent.</summary>
internal static class OutboxExtensions
{
    public static IReadOnlyList<(Channel Channel, Outgoing Message)> TakeAll(this Outbox outbox) => outbox.Take(out _);

    /// <summary>The messages in short: <c>stdout:text</c> for streams, else the type.</summary>
    public static IEnumerable<string> Brief(this IEnumerable<(Channel Channel, Outgoing Message)> messages) =>
        messages.Select(sent => sent.Message.Type == "stream"
            ? $"{sent.Message.Text("name")}:{sent.Message.Text("text")}"
            : sent.Message.Type);

    /// <summary>
    /// Messages as one reads the protocol: <c>busy</c>, <c>execute_reply ok</c>, <c>stdout:text</c>, else the type.
    /// </summary>
    public static IEnumerable<string> Transcript(this IEnumerable<(Channel Channel, Outgoing Message)> messages) =>
        messages.Select(sent => sent.Message.Type switch
        {
            "status" => sent.Message.Text("execution_state"),
            "stream" => $"{sent.Message.Text("name")}:{sent.Message.Text("text")}",
            var type when sent.Channel != Channel.Iopub => $"{type} {sent.Message.StatusOrNothing()}".TrimEnd(),
            var type => type,
        });

    /// <summary>A text of the message's content, by the names that lead to it.</summary>
    public static string Text(this Outgoing message, params string[] names)
    {
        using var content = JsonDocument.Parse(message.Content);
        return names.Aggregate(content.RootElement, (element, name) => element.GetProperty(name)).GetString()!;
    }

    private static string StatusOrNothing(this Outgoing message)
    {
        using var content = JsonDocument.Parse(message.Content);
        return content.RootElement.TryGetProperty("status", out var status) ? status.GetString()! : "";
    }

    /// <summary>Waits for the next messages.</summary>
    /// <returns>None if none came in that time.</returns>
    public static async Task<IReadOnlyList<Outgoing>> Next(this Outbox outbox, int milliseconds)
    {
        for (var waited = Stopwatch.StartNew(); waited.ElapsedMilliseconds < milliseconds;)
        {
            if (outbox.TakeAll() is { Count: > 0 } messages)
            {
                return [.. messages.Select(sent => sent.Message)];
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        return [];
    }
}
