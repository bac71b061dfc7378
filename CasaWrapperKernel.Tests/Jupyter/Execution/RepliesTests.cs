using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class RepliesTests
{
    private readonly Outbox _outbox = new();

    [Fact(Timeout = 10_000)]
    public Task A_reply_goes_back_the_way_the_request_came() => Task.Run(() =>
    {
        var request = Requests.New("interrupt_request");
        new Replies(_outbox, Channel.Control).Reply(request, "{}"u8.ToArray());
        var (channel, reply) = Assert.Single(_outbox.TakeAll());
        Assert.Equal(Channel.Control, channel);
        Assert.Equal("interrupt_reply", reply.Type);
        Assert.Equal(request.Identities, reply.Identities);
        Assert.Equal(request.HeaderJson, reply.Parent);
    });

    [Theory(Timeout = 10_000)]
    [InlineData("comm_open")]
    [InlineData("comm_msg")]
    [InlineData("comm_close")]
    public Task Comms_are_not_answered(string type) => Task.Run(() =>
    {
        new Replies(_outbox, Channel.Shell).Reply(Requests.New(type), "{}"u8.ToArray());
        Assert.Empty(_outbox.TakeAll());
    });

    [Fact(Timeout = 10_000)]
    public Task What_is_published_has_its_type_as_topic() => Task.Run(() =>
    {
        var request = Requests.Cell();
        new Replies(_outbox, Channel.Shell).Publish("status", request.HeaderJson, "{}"u8.ToArray());
        var (channel, message) = Assert.Single(_outbox.TakeAll());
        Assert.Equal(Channel.Iopub, channel);
        Assert.Equal(["status"u8.ToArray()], message.Identities);
        Assert.Equal(request.HeaderJson, message.Parent);
    });
}
