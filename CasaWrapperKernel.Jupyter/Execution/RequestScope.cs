using System.Text.Json.Serialization.Metadata;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// One request while it is handled: status busy when it is made, then its reply, status idle at its end.
/// </summary>
internal sealed class RequestScope : IDisposable
{
    private readonly Outbox _outbox;
    private readonly Channel _channel;

    /// <param name="channel">The one that the request came by, and its reply leaves by.</param>
    public RequestScope(Outbox outbox, Channel channel, Message request)
    {
        (_outbox, _channel, Request) = (outbox, channel, request);
        PublishStatus("busy");
    }

    public Message Request { get; }

    /// <summary>Answers the request. Nothing happens for a message that has no reply (comms).</summary>
    /// <param name="content">JSON object.</param>
    /// <param name="metadata">JSON object; none by default.</param>
    public void Reply(byte[] content, byte[]? metadata = null)
    {
        if (Protocol.ReplyTo(Request.Type) is { } reply)
        {
            _outbox.Post(_channel, new Outgoing(reply, Request.HeaderJson, content)
            {
                Identities = Request.Identities,
                Metadata = metadata ?? Outgoing.EmptyObject,
            });
        }
    }

    public void Reply<T>(T content, JsonTypeInfo<T> type) => Reply(Json.Write(content, type));

    /// <summary>Answers that the request cannot be handled.</summary>
    public void Refuse(string ename, string evalue, params IReadOnlyList<string> traceback) =>
        Reply(new ErrorReply(ename, evalue, traceback), WireJson.Default.ErrorReply);

    /// <summary>Answers that a fault of ours came between.</summary>
    public void Refuse(Exception fault) => Refuse(fault.GetType().Name, fault.Message, fault.ToString());

    public void Dispose() => PublishStatus("idle");

    private void PublishStatus(string state) => _outbox.Publish(
        new Outgoing("status", Request.HeaderJson, Json.Write(new Status(state), WireJson.Default.Status)));
}
