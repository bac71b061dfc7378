using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// What the Python module <c>_casa_host</c> can do, whatever bridge carries the calls: the only door between Python and
/// the kernel. <c>casawrapper/bridge/host.py</c> describes it for Python. May be called from any thread.
/// </summary>
/// <param name="settings">JSON object with what Python must know of the kernel.</param>
/// <param name="log">What Python says to the log and asks of it: parent, command and JSON argument, to JSON.</param>
internal sealed class HostFunctions(
    PythonInterpreter interpreter, Outbox outbox, string settings, Func<byte[], string, string, string> log)
{
    /// <summary>Whether so much text waits to be sent that whoever writes should wait, without the GIL.</summary>
    public bool IsFull => outbox.IsFull;

    /// <summary><c>settings()</c>.</summary>
    public string Settings => settings;

    /// <summary><c>ready(parent_variable)</c>: the calling thread is Python's main one.</summary>
    public void Ready() => interpreter.Ready();

    /// <summary><c>fail(reason)</c>: no cell can be run; the reason answers them all.</summary>
    public void Fail(string reason) => interpreter.Fail(reason);

    /// <summary><c>log(id, command, argument)</c>.</summary>
    public string Log(long id, string command, string argument) => log(interpreter.ParentOf(id), command, argument);

    /// <summary><c>take(lane)</c>: the oldest job that waits there, or null.</summary>
    public Job? Take(string lane) => interpreter.Take(lane);

    /// <summary><c>complete(id, content, ok, execution_count)</c>.</summary>
    public void Complete(long id, ReadOnlySpan<byte> content, bool ok, int executionCount) =>
        interpreter.Complete(id, new JobResult(content.ToArray(), ok, executionCount));

    /// <summary><c>publish(id, msg_type, content, metadata, buffers)</c>.</summary>
    public void Publish(long id, string type, byte[] content, ReadOnlySpan<byte> metadata, byte[][] buffers) =>
        outbox.Post(Channel.Iopub, new Outgoing(type, interpreter.ParentOf(id), content)
        {
            Metadata = metadata.ToArray(),
            Buffers = buffers,
            Identities = [Topic.Of(type)],
        });

    /// <summary><c>write_stdout(text)</c> and <c>write_stderr(text)</c>.</summary>
    public void Write(long id, string stream, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > 0)
        {
            outbox.Write(interpreter.ParentOf(id), stream, utf8);
        }
    }

    /// <summary>Waits a moment for room in the outbox.</summary>
    public void WaitForRoom() => outbox.WaitForRoom();

    /// <summary><c>ask_input(id, prompt, password)</c>: false if the front end takes no questions.</summary>
    public bool AskInput(long id, string prompt, bool password)
    {
        if (interpreter.RequestOf(id) is not { } request
            || Json.Read(request.Content, WireJson.Default.ExecuteRequest) is not { AllowStdin: true })
        {
            return false;
        }

        interpreter.Stdin.Clear();
        outbox.Post(Channel.Stdin, new Outgoing(
            "input_request", request.HeaderJson, Json.Write(new InputRequest(prompt, password), WireJson.Default.InputRequest))
        {
            Identities = request.Identities,
        });
        return true;
    }

    /// <summary><c>take_input()</c>: the answer of a front end, or null.</summary>
    public string? TakeInput() => interpreter.Stdin.Take();

    /// <summary><c>take_interrupt()</c>: whether an interrupt was asked for since the last call.</summary>
    public bool TakeInterrupt() => interpreter.TakeInterrupt();
}
