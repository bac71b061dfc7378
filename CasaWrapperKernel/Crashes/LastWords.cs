using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.PythonHost.Native;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// While the thread that has met its end waits in a signal handler: what was printed is sent, and the server's log and
/// the cell are told what has happened.
/// </summary>
/// <param name="send">Sends all that waits, for the last time.</param>
internal sealed unsafe partial class LastWords(BlackBox box, Outbox outbox, Action send, ILogger<LastWords> log)
{
    /// <summary>An eventfd by which the handler says that the process is about to end.</summary>
    public int Wake { get; } = Libc.Checked(Libc.eventfd(0, Libc.O_CLOEXEC), "no event descriptor can be made");

    /// <summary>One that is readable when all has been said.</summary>
    public int Done { get; } = Libc.Checked(Libc.eventfd(0, Libc.O_CLOEXEC), "no event descriptor can be made");

    /// <summary>[kernel-last-words] Waits for the end.</summary>
    public void Run()
    {
        ulong number;
        while (Libc.read(Wake, (byte*)&number, sizeof(ulong)) != sizeof(ulong))
        {
        }

        try
        {
            Speak();
        }
        finally
        {
            number = 1;
            Libc.write(Done, (byte*)&number, sizeof(ulong));
        }
    }

    private void Speak()
    {
        if (Story.Read(box.Path!) is { } story)
        {
            LogEnd(log, story.Summary, box.Path!);
            foreach (var cell in box.Running)
            {
                outbox.Write(cell, "stderr", Encoding.UTF8.GetBytes(
                    $"\n[casa-kernel] {story.Summary} The next kernel of this notebook says more.\n"));
            }
        }

        outbox.BringIn();
        send();
    }

    [LoggerMessage(Level = LogLevel.Critical,
        Message = "{What} 'casa-kernel crash' tells more of it; the record is {File}")]
    private static partial void LogEnd(ILogger logger, string what, string file);
}
