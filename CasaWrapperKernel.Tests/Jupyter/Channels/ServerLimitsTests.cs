using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Channels;

public sealed class ServerLimitsTests
{
    private static readonly byte[] Cell = """{"msg_id":"1"}"""u8.ToArray();
    private readonly ServerLimits _limits = new();

    [Theory]
    [InlineData("execute_result")]
    [InlineData("error")]
    public void A_state_idle_comes_before_what_ends_a_flood_of_messages(string type)
    {
        Assert.Empty(Send(1001, "display_data", "{}"));
        Assert.Equal(["idle", "busy"], Send(1, type, "{}"));
        Assert.Empty(Send(1, type, "{}"));
    }

    [Fact]
    public void It_comes_after_a_megabyte_of_text_and_not_after_less()
    {
        Send(1, "stream", new string('x', 900_000));
        Assert.Empty(Send(1, "error", "{}"));
        Send(1, "stream", new string('x', 100_001));
        Assert.Equal(["idle", "busy"], Send(1, "error", "{}"));
    }

    [Fact]
    public void A_state_idle_of_the_kernels_own_ends_the_count()
    {
        Send(1001, "display_data", "{}");
        Assert.Empty(Send(1, "status", """{"execution_state":"idle"}"""));
        Assert.Empty(Send(1, "error", "{}"));
    }

    [Fact]
    public void The_last_update_of_each_display_comes_again_before_the_end()
    {
        for (var i = 0; i < 1500; i++)
        {
            Send(1, "update_display_data", Update("a", i));
            Send(1, "update_display_data", Update("b", i));
        }

        Assert.Empty(Send(1, "status", """{"execution_state":"busy"}"""));
        var before = Send(1, "status", """{"execution_state":"idle"}""");
        Assert.Equal(["idle", "busy"], before[..2]);
        Assert.Equal([Update("a", 1499), Update("b", 1499)], before[2..].Order());
        Assert.Empty(Send(1, "status", """{"execution_state":"idle"}"""));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"transient":null}""")]
    [InlineData("""{"transient":{},"data":{}}""")]
    public void Updates_without_a_display_are_no_concern(string content)
    {
        Send(1500, "update_display_data", content);
        Assert.Empty(Send(1, "status", """{"execution_state":"idle"}"""));
    }

    private static string Update(string id, int number) =>
        $$$"""{"data":{"text/plain":"{{{number}}}"},"metadata":{},"transient":{"display_id":"{{{id}}}"}}""";

    private List<string> Send(int count, string type, string content)
    {
        var before = Enumerable.Range(0, count)
            .SelectMany(_ => _limits.Before(new Outgoing(type, Cell, Encoding.UTF8.GetBytes(content)))).ToList();
        return [.. before.Select(message => message.Type == "status"
            ? message.Content.AsSpan().IndexOf("idle"u8) > 0 ? "idle" : "busy"
            : Encoding.UTF8.GetString(message.Content))];
    }
}
