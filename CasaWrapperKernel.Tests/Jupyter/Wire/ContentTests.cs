using System.Text;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

public sealed class ContentTests
{
    [Fact(Timeout = 10_000)]
    public Task Missing_fields_of_an_execute_request_have_the_defaults_of_the_specification() => Task.Run(() =>
        Assert.Equal(
            new ExecuteRequest { Code = "", Silent = false, StoreHistory = null, StopOnError = true, AllowStdin = true },
            Json.Read("{}"u8.ToArray(), WireJson.Default.ExecuteRequest)));

    [Fact(Timeout = 10_000)]
    public Task Fields_that_the_kernel_does_not_know_are_ignored() => Task.Run(() =>
        Assert.Equal(
            new ExecuteRequest { Code = "1+1", Silent = true, StoreHistory = false, StopOnError = false },
            Json.Read("""{"code": "1+1", "silent": true, "store_history": false, "stop_on_error": false, "new": [1]}"""u8.ToArray(),
                WireJson.Default.ExecuteRequest)));

    [Theory(Timeout = 10_000)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[1]")]
    [InlineData("""{"silent": "yes"}""")]
    public Task Content_of_another_form_is_null(string json) =>
        Task.Run(() => Assert.Null(Json.Read(Encoding.UTF8.GetBytes(json), WireJson.Default.ExecuteRequest)));

    [Theory(Timeout = 10_000)]
    [InlineData("execute_request", "execute_reply")]
    [InlineData("kernel_info_request", "kernel_info_reply")]
    [InlineData("comm_msg", null)]
    [InlineData("input_reply", null)]
    public Task The_reply_is_named_after_the_request(string request, string? reply) =>
        Task.Run(() => Assert.Equal(reply, Protocol.ReplyTo(request)));

    [Theory(Timeout = 10_000)]
    [InlineData(false, """{"status":"ok","restart":false}""")]
    [InlineData(true, """{"status":"ok","restart":true}""")]
    public Task Replies_have_the_names_of_the_specification(bool restart, string json) => Task.Run(() =>
        Assert.Equal(json, Encoding.UTF8.GetString(
            Json.Write(new Shutdown { Restart = restart }, WireJson.Default.Shutdown))));

    [Fact(Timeout = 10_000)]
    public Task Kernel_info_names_what_nbconvert_and_papermill_look_for() => Task.Run(() =>
    {
        var json = Encoding.UTF8.GetString(Json.Write(
            new KernelInfoReply
            {
                ImplementationVersion = "0.1.0",
                LanguageInfo = new LanguageInfo("3.11.7"),
                Banner = "b",
                Debugger = true,
                SupportedFeatures = ["debugger"],
            },
            WireJson.Default.KernelInfoReply));
        Assert.Contains("\"status\":\"ok\"", json);
        Assert.Contains("\"protocol_version\":\"5.5\"", json);
        Assert.Contains("\"implementation_version\":\"0.1.0\"", json);
        Assert.Contains("\"name\":\"python\"", json);
        Assert.Contains("\"file_extension\":\".py\"", json);
        Assert.Contains("\"codemirror_mode\":{\"name\":\"ipython\",\"version\":3}", json);
        Assert.Contains("\"pygments_lexer\":\"ipython3\"", json);
        Assert.Contains("\"nbconvert_exporter\":\"python\"", json);
    });
}
