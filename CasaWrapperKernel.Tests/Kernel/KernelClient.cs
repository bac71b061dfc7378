using System.Diagnostics;
using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using NetMQ;
using NetMQ.Sockets;

namespace CasaWrapperKernel.Tests.Kernel;

/// <summary>A kernel in a process of its own, as Jupyter starts it, and a client of it over real sockets.</summary>
internal sealed class KernelClient : IDisposable
{
    private const string Key = "the key of this test";
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly TempFolder _folder = new();
    private readonly Frames _frames = new(new Signer("hmac-sha256", Key), "client");
    private readonly Signer _signer = new("hmac-sha256", Key);
    private readonly Process _process;
    private readonly Dictionary<string, NetMQSocket> _sockets = [];
    private readonly StringBuilder _errors = new();
    private int _count;

    /// <param name="python">The Python that it hosts.</param>
    public KernelClient(string python, params string[] options)
    {
        var file = _folder.Write("connection.json", $$"""{"ip": "127.0.0.1", "key": "{{Key}}", "kernel_name": "test"}""");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(
                "dotnet", [Path.Combine(AppContext.BaseDirectory, "casa-kernel.dll"), "start", "-f", file, "--python",
                    python, .. options])
            {
                RedirectStandardError = true,
                Environment =
                {
                    ["HOME"] = _folder.Path,
                    ["XDG_STATE_HOME"] = _folder.File("state"),
                    ["IPYTHONDIR"] = _folder.File("ipython"),
                    ["JPY_PARENT_PID"] = $"{Environment.ProcessId}",
                },
            },
        };
        _process.ErrorDataReceived += (_, line) => _errors.AppendLine(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        Connect(file);
    }

    /// <summary>What it has written on the standard error that it was started with.</summary>
    public string Errors => _errors.ToString();

    public int ProcessId => _process.Id;

    /// <summary>Sends a request.</summary>
    /// <param name="channel"><c>shell</c>, <c>control</c> or <c>stdin</c>.</param>
    /// <param name="content">JSON object.</param>
    /// <returns>Its id.</returns>
    public string Send(string channel, string type, string content = "{}", string? subshell = null)
    {
        var id = $"request-{++_count}";
        byte[][] parts =
        [
            Encoding.UTF8.GetBytes($$"""
                {"msg_id": "{{id}}", "msg_type": "{{type}}", "session": "client", "username": "", "version": "5.5",
                 "subshell_id": {{(subshell is null ? "null" : $"\"{subshell}\"")}}}
                """),
            "{}"u8.ToArray(), "{}"u8.ToArray(), Encoding.UTF8.GetBytes(content),
        ];
        var signature = Encoding.ASCII.GetBytes(_signer.Sign(parts[0], parts[1], parts[2], parts[3]));
        _sockets[channel].SendMultipartBytes(["<IDS|MSG>"u8.ToArray(), signature, .. parts]);
        return id;
    }

    /// <summary>The next message of a channel.</summary>
    public (string Type, JsonElement Parent, JsonElement Content) Receive(string channel)
    {
        List<byte[]>? parts = null;
        Assert.True(_sockets[channel].TryReceiveMultipartBytes(Long, ref parts!),
            $"nothing came on {channel}; {Errors}");
        var message = _frames.Read(parts!);
        var parent = parts![^3]; // header, parent, metadata, content; this kernel's own messages have no buffers here
        return (message.Type, JsonDocument.Parse(parent).RootElement, JsonDocument.Parse(message.Content).RootElement);
    }

    /// <summary>Asks, and waits for the reply.</summary>
    public JsonElement Ask(string channel, string type, string content = "{}", string? subshell = null)
    {
        Send(channel, type, content, subshell);
        var (reply, _, answer) = Receive(channel);
        Assert.Equal(type.Replace("_request", "_reply"), reply);
        return answer;
    }

    /// <summary>Starts a cell.</summary>
    /// <returns>Its id.</returns>
    public string Begin(string code, string? subshell = null) =>
        Send("shell", "execute_request", $$"""{"code": {{JsonSerializer.Serialize(code)}}, "allow_stdin": true}""", subshell);

    /// <summary>Runs a cell to its end.</summary>
    /// <returns>What it showed, one message a line, and the status of its reply.</returns>
    public string Run(string code)
    {
        var id = Begin(code);
        return $"{Output(id)}\n{Receive("shell").Content.GetProperty("status").GetString()}".Trim();
    }

    /// <summary>What a request shows until it is done.</summary>
    public string Output(string id)
    {
        var shown = new List<string>();
        while (true)
        {
            var (type, parent, content) = Receive("iopub");
            if (!parent.TryGetProperty("msg_id", out var cause) || cause.GetString() != id)
            {
                continue;
            }

            switch (type)
            {
                case "status" when content.GetProperty("execution_state").GetString() == "idle":
                    return string.Join('\n', shown);
                case "stream":
                    shown.Add($"{content.GetProperty("name")}: {content.GetProperty("text").GetString()!.TrimEnd()}");
                    break;
                case "execute_result" or "display_data":
                    shown.Add(content.GetProperty("data").GetProperty("text/plain").GetString()!);
                    break;
                case "error":
                    shown.Add($"{content.GetProperty("ename")}: {content.GetProperty("evalue")}");
                    break;
            }
        }
    }

    /// <summary>Waits for the kernel's end.</summary>
    /// <returns>Its exit status.</returns>
    public int WaitForExit()
    {
        Assert.True(_process.WaitForExit(Long), "the kernel does not end");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Send("control", "shutdown_request", """{"restart": false}""");
            if (!_process.WaitForExit(Long))
            {
                _process.Kill();
            }
        }

        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _process.Dispose();
        _folder.Dispose();
    }

    // Ports that the file leaves open are in it as soon as the kernel listens.
    private void Connect(string file)
    {
        ConnectionInfo connection = null!;
        Assert.True(
            SpinWait.SpinUntil(() => (connection = ConnectionInfo.Read(file)).ShellPort > 0 || Gone(), Long),
            "it does not listen");
        Assert.True(connection.ShellPort > 0, Errors);
        Connect("shell", new DealerSocket(), connection.ShellPort);
        Connect("control", new DealerSocket(), connection.ControlPort);
        Connect("stdin", new DealerSocket(), connection.StdinPort);
        var iopub = new SubscriberSocket();
        iopub.Subscribe("");
        Connect("iopub", iopub, connection.IopubPort);
        Assert.Equal("iopub_welcome", Receive("iopub").Type);
    }

    private bool Gone()
    {
        Thread.Sleep(20);
        return _process.HasExited;
    }

    private void Connect(string channel, NetMQSocket socket, int port)
    {
        socket.Options.Linger = TimeSpan.FromSeconds(1);
        socket.Options.Identity = "the client"u8.ToArray(); // one for all, as Jupyter's clients have it
        socket.Connect($"tcp://127.0.0.1:{port}");
        _sockets[channel] = socket;
    }
}
