using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

public sealed class RequestScopeTests
{
    private readonly Outbox _outbox = new();

    [Fact]
    public void A_reply_goes_back_the_way_the_request_came_between_busy_and_idle()
    {
        var request = Requests.New("interrupt_request");
        using (var scope = new RequestScope(_outbox, Channel.Control, request))
        {
            scope.Reply("{}"u8.ToArray());
        }

        var sent = _outbox.TakeAll();
        Assert.Equal(["busy", "interrupt_reply", "idle"], sent.Transcript());
        Assert.Equal([Channel.Iopub, Channel.Control, Channel.Iopub], sent.Select(one => one.Channel));
        Assert.Equal(request.Identities, sent[1].Message.Identities);
        Assert.Equal(["status"u8.ToArray()], sent[0].Message.Identities); // the topic
        Assert.All(sent, one => Assert.Equal(request.HeaderJson, one.Message.Parent));
    }

    [Theory]
    [InlineData("comm_open")]
    [InlineData("comm_msg")]
    [InlineData("comm_close")]
    public void Comms_are_not_answered(string type)
    {
        using (var scope = new RequestScope(_outbox, Channel.Shell, Requests.New(type)))
        {
            scope.Reply("{}"u8.ToArray());
        }

        Assert.Equal(["busy", "idle"], _outbox.TakeAll().Transcript());
    }
}
