using CasaWrapperKernel.PythonHost.Lanes;
using Python.Runtime;

namespace CasaWrapperKernel.PythonHost.PythonNet;

/// <summary>
/// The Python module <c>_casa_host</c> on Python.NET: Python functions that call <see cref="HostCalls"/>.
/// </summary>
internal static class HostModule
{
    // Values cross as what Python.NET converts by itself (str, int, None); bytes(array) copies by the buffer protocol.
    // Lone surrogates cannot cross, since Python.NET asks for UTF-16 and dies of the exception.
    private const string Code = """
        def bind(host):
            def settings():
                return host.Settings()

            def ready(parent_variable):
                global parent
                parent = parent_variable.get
                host.Ready()

            def fail(reason):
                host.Fail(clean(reason))

            def log(id, command, argument):
                return host.Log(id, command, clean(argument))

            def recompute(command, argument):
                return host.Recompute(command, clean(argument))

            def take(lane):
                job = host.Take(lane)
                if job is None:
                    return None
                return [
                    job.Id, job.Type, bytes(job.Header), bytes(job.Metadata), bytes(job.Content),
                    [bytes(job.Buffer(i)) for i in range(job.BufferCount)],
                ]

            def complete(id, content, ok, execution_count):
                host.Complete(id, content, bool(ok), execution_count)

            def publish(id, msg_type, content, metadata, buffers):
                joined = b"".join(part if isinstance(part, bytes) else part.encode() for part in content)
                host.Publish(id, msg_type, joined, metadata, buffers)

            def writer(write):
                def write_text(text):
                    write(parent(0), text if is_ascii(text) else clean(text))
                    return len(text)

                return write_text

            write_stdout, write_stderr = writer(host.WriteStdout), writer(host.WriteStderr)

            def ask_input(id, prompt, password):
                return host.AskInput(id, clean(prompt), bool(password))

            def take_input(question):
                return host.TakeInput(question)

            def end_input(question):
                host.EndInput(question)

            def take_interrupt():
                return int(host.TakeInterrupt())

            globals().update(locals())

        def parent(default):
            return default

        def clean(text):
            return text.encode("utf-8", "replace").decode("utf-8")

        is_ascii = str.isascii
        """;

    /// <summary>Puts the module into <c>sys.modules</c>.</summary>
    public static void Create(HostServices host)
    {
        using var module = PyModule.FromString("_casa_host", Code);
        using var calls = new HostCalls(host).ToPython();
        module.InvokeMethod("bind", calls).Dispose();
    }
}
