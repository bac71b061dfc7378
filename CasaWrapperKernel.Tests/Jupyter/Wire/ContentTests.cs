using System.Text;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class ContentTests
{
    [Fact]
    public void Missing_fields_of_an_execute_request_have_the_defaults_of_the_specification() =>
        Assert.Equal(
            new ExecuteRequest
            {
                Code = "",
                Silent = false,
                StoreHistory = null,
                StopOnError = true,
                AllowStdin = true
            },
            Json.Read("{}"u8.ToArray(), WireJson.Default.ExecuteRequest));

    [Fact]
    public void Fields_that_the_kernel_does_not_know_are_ignored() =>
        Assert.Equal(
            new ExecuteRequest { Code = "1+1", Silent = true, StoreHistory = false, StopOnError = false },
            Json.Read("""{"code": "1+1", "silent": true, "store_history": false, "stop_on_error": false, "new": [1]}"""u8.ToArray(),
                WireJson.Default.ExecuteRequest));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"silent": "yes"}""")]
    public void Content_of_another_form_is_null(string json) =>
        Assert.Null(Json.Read(Encoding.UTF8.GetBytes(json), WireJson.Default.ExecuteRequest));

    [Theory]
    [InlineData("execute_request", "execute_reply")]
    [InlineData("kernel_info_request", "kernel_info_reply")]
    [InlineData("comm_msg", null)]
    [InlineData("input_reply", null)]
    public void The_reply_is_named_after_the_request(string request, string? reply) =>
        Assert.Equal(reply, Protocol.ReplyTo(request));

    [Theory]
    [InlineData(false, """{"status":"ok","restart":false}""")]
    [InlineData(true, """{"status":"ok","restart":true}""")]
    public void Replies_have_the_names_of_the_specification(bool restart, string json) =>
        Assert.Equal(json, Encoding.UTF8.GetString(
            Json.Write(new Shutdown { Restart = restart }, WireJson.Default.Shutdown)));
}
