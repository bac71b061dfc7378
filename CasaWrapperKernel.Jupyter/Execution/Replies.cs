using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>Posts replies on the channel of their request, and iopub messages under their type as topic.</summary>
internal sealed class Replies(Outbox outbox, Channel channel) : IReplies
{
    public void Publish(string type, byte[] parent, byte[] content) =>
        outbox.Post(Channel.Iopub, new Outgoing(type, parent, content) { Identities = [Topic.Of(type)] });

    public void Reply(Message request, byte[] content, byte[]? metadata = null)
    {
        if (Protocol.ReplyTo(request.Type) is { } reply)
        {
            outbox.Post(channel, new Outgoing(reply, request.HeaderJson, content)
            {
                Identities = request.Identities,
                Metadata = metadata ?? Outgoing.EmptyObject,
            });
        }
    }
}
