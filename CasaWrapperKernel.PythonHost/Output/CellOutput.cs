using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Lanes;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>What Python code shows, under the request that it belongs to. May be called from any thread.</summary>
internal sealed class CellOutput(Jobs jobs, Outbox outbox)
{
    /// <summary>Whether so much text waits to be sent that whoever writes should wait, without the GIL.</summary>
    public bool IsFull => outbox.IsFull;

    /// <summary>Waits a moment for room.</summary>
    public void WaitForRoom() => outbox.WaitForRoom();

    /// <summary>Adds text to a stream.</summary>
    /// <param name="stream">Always the same object for the same stream, by which the outbox knows it.</param>
    public void Write(long id, string stream, ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > 0)
        {
            outbox.Write(jobs.ParentOf(id).Header, stream, utf8);
        }
    }

    /// <summary>Sends a message to every front end.</summary>
    /// <param name="content">JSON object.</param>
    /// <param name="metadata">JSON object.</param>
    public void Publish(long id, string type, byte[] content, byte[] metadata, byte[][] buffers) =>
        outbox.Publish(
            new Outgoing(type, jobs.ParentOf(id).Header, content) { Metadata = metadata, Buffers = buffers });

    /// <summary>Completes a job; all that its cell has written to descriptors 1 and 2 has been posted before.</summary>
    public void Complete(long id, JobResult result)
    {
        CStdout.Flush();
        outbox.BringIn();
        jobs.Complete(id, result);
    }
}
