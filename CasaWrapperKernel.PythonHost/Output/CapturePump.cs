using CasaWrapperKernel.Jupyter.Channels;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>Brings captured output into the outbox when nobody adds anything else.</summary>
internal sealed class CapturePump(Capture capture, Outbox outbox)
{
    /// <summary>[kernel-capture] Runs for ever.</summary>
    public void Run()
    {
        while (true)
        {
            capture.Wait();
            outbox.BringIn();
            while (outbox.IsFull)
            {
                outbox.WaitForRoom();
            }
        }
    }
}
