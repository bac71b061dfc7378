using System.Buffers;
using System.Text;
using CasaWrapperKernel.PythonHost.Lanes;
using Python.Runtime;

namespace CasaWrapperKernel.PythonHost.PythonNet;

/// <summary>
/// <see cref="HostFunctions"/> with parameters and results that Python.NET converts. It releases the GIL around every
/// call, so what touches a Python object takes it again, and waiting needs no care.
/// </summary>
internal sealed class HostCalls(HostFunctions host)
{
    public string Settings() => host.Settings;

    public void Ready() => host.Ready();

    public void Fail(string reason) => host.Fail(reason);

    public string Log(long id, string command, string argument) => host.Log(id, command, argument);

    public TakenJob? Take(string lane) => host.Take(lane) is { } job ? new TakenJob(job) : null;

    public void Complete(long id, PyObject content, bool ok, int executionCount)
    {
        using (Py.GIL())
        {
            using (content)
            {
                using var bytes = content.GetBuffer();
                host.Complete(id, Span(bytes), ok, executionCount);
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
                host.Publish(id, type, Span(contentBytes).ToArray(), Span(metadataBytes), Copy(buffers));
            }
        }
    }

    // The names are constants, since the outbox knows streams by reference; it makes one message of writes to the same.
    public void WriteStdout(long id, string text) => Write(id, "stdout", text);

    public void WriteStderr(long id, string text) => Write(id, "stderr", text);

    public bool AskInput(long id, string prompt, bool password) => host.AskInput(id, prompt, password);

    public string? TakeInput() => host.TakeInput();

    public bool TakeInterrupt() => host.TakeInterrupt();

    private void Write(long id, string stream, string text)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        host.Write(id, stream, buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer)));
        ArrayPool<byte>.Shared.Return(buffer);
        while (host.IsFull)
        {
            host.WaitForRoom();
        }
    }

    private static unsafe ReadOnlySpan<byte> Span(PyBuffer bytes) => new((void*)bytes.Buffer, checked((int)bytes.Length));

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
