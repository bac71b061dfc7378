using System.Text;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Tests.Support;

/// <summary>Messages as they would have come in.</summary>
internal static class Requests
{
    public static Message New(string type, string content = "{}")
    {
        var header = new Header { MsgType = type, MsgId = Guid.NewGuid().ToString() };
        return new Message([[1, 2]], header, Encoding.UTF8.GetBytes($$"""{"msg_id":"{{header.MsgId}}"}"""),
            Outgoing.EmptyObject, Encoding.UTF8.GetBytes(content), []);
    }

    public static Message Cell(string code = "pass", bool stopOnError = true, bool silent = false) => New(
        "execute_request",
        $$"""{"code": "{{code}}", "stop_on_error": {{(stopOnError ? "true" : "false")}}, "silent": {{(silent ? "true" : "false")}}}""");
}
