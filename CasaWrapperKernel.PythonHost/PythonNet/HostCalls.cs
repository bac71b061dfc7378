using System.Buffers;
using System.Text;
using CasaWrapperKernel.PythonHost.Lanes;
using Python.Runtime;

namespace CasaWrapperKernel.PythonHost.PythonNet;

/// <summary>
/// <see cref="HostServices"/> with parameters and results that Python.NET converts. It releases the GIL around every
/// call, so what touches a Python object takes it again, and waiting needs no care.
/// </summary>
internal sealed class HostCalls(HostServices host)
{
    public string Settings() => host.Settings;

    public void Ready()
    {
        host.Interrupts.Ready();
        host.Ready();
    }

    public void Fail(string reason) => host.Jobs.Fail(reason);

    public string Log(long id, string command, string argument) =>
        host.Log(host.Jobs.ParentOf(id).Header, command, argument);

    public string Recompute(string command, string argument) => host.Recompute(command, argument);

    public TakenJob? Take(string lane) => host.Jobs.Take(lane) is { } job ? new TakenJob(job) : null;

    public void Complete(long id, PyObject content, bool ok, int executionCount)
    {
        using (Py.GIL())
        {
            using (content)
            {
                using var bytes = content.GetBuffer();
                host.Output.Complete(id, new JobResult(Span(bytes).ToArray(), ok, executionCount));
            }
        }
    }

    public void Publish(long id, string type, PyObject content, PyObject metadata, PyObject buffers)
    {
        using (Py.GIL())
        {
            using (content)
            using (metadata)
            using (buffers)
            {
                using var contentBytes = content.GetBuffer();
                using var metadataBytes = metadata.GetBuffer();
                host.Output.Publish(
                    id, type, Span(contentBytes).ToArray(), Span(metadataBytes).ToArray(), Copy(buffers));
            }
        }
    }

    // The names are constants, since the outbox knows streams by reference; it makes one message of writes to the same.
    public void WriteStdout(long id, string text) => Write(id, "stdout", text);

    public void WriteStderr(long id, string text) => Write(id, "stderr", text);

    public int AskInput(long id, string prompt, bool password) => host.Questions.Ask(id, prompt, password);

    public string? TakeInput(int question) => host.Questions.Take(question);

    public void EndInput(int question) => host.Questions.End(question);

    public bool TakeInterrupt() => host.Interrupts.Take();

    private void Write(long id, string stream, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        host.Output.Write(id, stream, buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        ArrayPool<byte>.Shared.Return(buffer);
        while (host.Output.IsFull)
        {
            host.Output.WaitForRoom();
        }
    }

    private static unsafe ReadOnlySpan<byte> Span(PyBuffer bytes) =>
        new((void*)bytes.Buffer, checked((int)bytes.Length));

    private static byte[][] Copy(PyObject list)
    {
        var copies = new byte[list.Length()][];
        for (var i = 0; i < copies.Length; i++)
        {
            using var item = list[i];
            using var bytes = item.GetBuffer();
            copies[i] = Span(bytes).ToArray();
        }

        return copies;
    }
}

/// <summary>A <see cref="Job"/> as Python reads it; a <c>byte[]</c> has the buffer protocol there.</summary>
internal sealed class TakenJob(Job job)
{
    public long Id => job.Id;

    public string Type => job.Request.Type;

    public byte[] Header => job.Request.HeaderJson;

    public byte[] Metadata => job.Request.Metadata;

    public byte[] Content => job.Request.Content;

    public int BufferCount => job.Request.Buffers.Count;

    public byte[] Buffer(int index) => job.Request.Buffers[index];
}
