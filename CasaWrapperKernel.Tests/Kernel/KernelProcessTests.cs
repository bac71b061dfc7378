using System.Text.Json;

namespace CasaWrapperKernel.Tests.Kernel;

/// <summary>The whole kernel with a real Python.</summary>
[Collection(Jupyter.Channels.KernelIoTests.Name)]
public sealed class KernelProcessTests : IDisposable
{
    private readonly KernelClient? _kernel;

    public KernelProcessTests()
    {
        HostingPython.SkipUnlessThere();
        _kernel = new KernelClient(HostingPython.Path);
    }

    private KernelClient Kernel => _kernel!;

    public void Dispose() => _kernel?.Dispose();

    [Fact]
    public void Cells_show_what_Python_C_code_and_children_write()
    {
        Assert.Equal("stdout: text ü\nok", Kernel.Run("print('text', 'ü')"));
        Assert.Equal("42\nok", Kernel.Run("6 * 7"));
        Assert.Equal("stdout: from C\nok", Kernel.Run("import ctypes; _ = ctypes.CDLL(None).printf(b'from C\\n')"));
        Assert.Equal("stderr: child\nok", Kernel.Run("import os; _ = os.system('echo child >&2')"));
        Assert.Equal("ZeroDivisionError: division by zero\nerror", Kernel.Run("1 / 0"));
        Assert.Equal("stdout: ?\nok", Kernel.Run("print('\\udc80')"));
        Assert.EndsWith("error", Kernel.Run("import sys; sys.stdout.write(5)"));
        Assert.StartsWith("TypeError", Kernel.Run("sys.stdout.write(5)"));
        Assert.Equal("ok", Kernel.Run("for _ in range(200): sys.stdout.write('')"));
        Assert.Equal("stdout: 6000000\nok", Kernel.Run(
            "import io, os\nfor i in range(60): print('x' * 100_000, end='', file=io.StringIO())\nprint(60 * 100_000)"));
    }

    [Fact]
    public void Long_output_waits_for_its_reader_and_arrives_whole()
    {
        var shown = Kernel.Run("for i in range(40): print('x' * 100_000)");
        Assert.Equal(4_000_000, shown.Count(c => c == 'x'));
    }

    [Fact]
    public void A_fault_of_the_host_is_an_exception_in_Python()
    {
        var shown = Kernel.Run("import _casa_host; _casa_host.log(0, 'own', 'no JSON')");
        Assert.StartsWith("RuntimeError: casa-kernel: JsonException", shown);
        Assert.Equal("2\nok", Kernel.Run("1 + 1"));
    }

    [Fact]
    public void Cells_ask_their_user()
    {
        var id = Kernel.Begin("print('Hello', input('Name: \\udc80'))");
        var (type, parent, question) = Kernel.Receive("stdin");
        Assert.Equal(("input_request", id), (type, parent.GetProperty("msg_id").GetString()));
        Assert.Equal("Name: ?", question.GetProperty("prompt").GetString());
        Kernel.Send("stdin", "input_reply", """{"value": "Ada"}""");
        Assert.Equal("stdout: Hello Ada", Kernel.Output(id));
        Kernel.Receive("shell");
        Kernel.Send("shell", "execute_request", """{"code": "input()", "allow_stdin": false}""");
        Assert.Equal("StdinNotImplementedError", Kernel.Receive("shell").Content.GetProperty("ename").GetString());
    }

    [Fact]
    public void A_cell_is_interrupted()
    {
        var id = Kernel.Begin("print('begun')\nimport time; time.sleep(60)");
        while (Kernel.Receive("iopub").Type != "stream")
        {
        }

        Assert.Equal("ok", Text(Kernel.Ask("control", "interrupt_request"), "status"));
        Assert.Equal("KeyboardInterrupt: ", Kernel.Output(id));
        Assert.Equal("error", Text(Kernel.Receive("shell").Content, "status"));
    }

    [Fact]
    public void Questions_comms_and_the_debugger_are_answered()
    {
        Assert.Equal("complete", Text(Kernel.Ask("shell", "is_complete_request", """{"code": "1"}"""), "status"));
        var completed = Kernel.Ask("shell", "complete_request", """{"code": "impor", "cursor_pos": 5}""");
        Assert.Contains("import", completed.GetProperty("matches").EnumerateArray().Select(match => match.GetString()));
        Assert.Equal("", Kernel.Output(Kernel.Send("shell", "comm_msg", """{"comm_id": "nobody", "data": {}}""")));
        Assert.Equal("", Kernel.Output(Kernel.Send("shell", "something_new_request")));
        var info = Kernel.Ask("control", "debug_request", """{"type": "request", "seq": 1, "command": "debugInfo"}""");
        Assert.True(info.GetProperty("success").GetBoolean());
        Assert.True(Kernel.Ask("control", "usage_request").GetProperty("kernel_memory").GetInt64() > 1_000_000);
        Assert.Equal("casa-kernel", Text(Kernel.Ask("control", "kernel_info_request"), "implementation"));
    }

    [Fact]
    public void A_subshell_answers_beside_a_running_cell()
    {
        var subshell = Text(Kernel.Ask("control", "create_subshell_request"), "subshell_id");
        Kernel.Run("import threading; go = threading.Event()");
        var main = Kernel.Begin("go.wait(60)");
        Kernel.Begin("go.set(); 7", subshell);
        Assert.Equal("True", Kernel.Output(main));
        Kernel.Receive("shell");
        Kernel.Receive("shell");
        Kernel.Ask("control", "delete_subshell_request", $$"""{"subshell_id": "{{subshell}}"}""");
        Assert.Equal("UnknownSubshellError", Text(Kernel.Ask("shell", "execute_request", """{"code": "1"}""", subshell), "ename"));
    }

    [Fact]
    public void The_log_of_a_task_is_shown_under_its_cell()
    {
        var shown = Kernel.Run("""
            import json, _casa_host
            def tell(command, **argument): return json.loads(_casa_host.log(0, command, json.dumps(argument)))
            file = json.loads(_casa_host.settings())["casa_log_file"]
            tell("begin", call=1, task="tclean")
            tell("own")
            with open(file, "a") as log: _ = log.write("2026-11-24 13:42:07\tINFO\ttclean::::casa\ta line of the log\n")
            tell("disown")
            _ = tell("end", call=1, error="", result="True")
            """);
        Assert.Contains("1 line", shown);
        Assert.Contains("a line of the log", Kernel.Run("""
            tell("level", level="INFO")
            tell("follow", path=file)
            tell("switch", on=True)
            assert tell("state")["on"] and tell("last")
            print(tell("session")["text/html"])
            """));
    }

    [Fact]
    public void It_ends_when_it_is_shut_down_and_when_a_cell_runs_exit()
    {
        Kernel.Run("import atexit, os; atexit.register(os.write, 2, b'exit handlers ran\\n')");
        Kernel.Run("exit");
        Assert.Equal(0, Kernel.WaitForExit());
    }

    [Fact]
    public void Without_a_Python_the_reason_is_the_answer_to_every_cell()
    {
        using var kernel = new KernelClient("/no/such/python");
        Assert.Contains("There is no Python at /no/such/python", kernel.Run("1"));
        Assert.Equal("ok", Text(kernel.Ask("control", "shutdown_request"), "status"));
        Assert.Equal(1, kernel.WaitForExit());
    }

    private static string Text(JsonElement content, string name) => content.GetProperty(name).GetString()!;
}
