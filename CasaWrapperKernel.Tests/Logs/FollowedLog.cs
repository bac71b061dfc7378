using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Logs.Model;
using CasaWrapperKernel.Logs.Stderr;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CasaWrapperKernel.Tests.Logs;

/// <summary>A real file that grows, and the log that follows it; its time passes when a test says so.</summary>
internal sealed class FollowedLog : IDisposable
{
    // As often as the thread of a kernel does.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(25);
    private readonly TempFolder _folder = new();

    public FollowedLog()
    {
        File = _folder.File("casa.log");
        Places = new BlockPlaces(Time);
        Outbox = new Outbox(observer: Places, time: Time);
        Log = new CasaLog(Outbox, Places, Notes, File);
    }

    public FakeTimeProvider Time { get; } = new();

    public StderrNotes Notes { get; } = new();

    public BlockPlaces Places { get; }

    public Outbox Outbox { get; }

    public CasaLog Log { get; }

    /// <summary>Its path.</summary>
    public string File { get; }

    public TempFolder Folder => _folder;

    public void Append(string text) => System.IO.File.AppendAllText(File, text);

    /// <summary>Lets time pass until something is shown.</summary>
    /// <returns>None if nothing is in that time.</returns>
    public IReadOnlyList<Outgoing> Next(int milliseconds)
    {
        for (var waited = TimeSpan.Zero; waited.TotalMilliseconds < milliseconds; waited += Poll)
        {
            Pass(Poll);
            if (Outbox.TakeAll() is { Count: > 0 } messages)
            {
                return [.. messages.Select(sent => sent.Message)];
            }
        }

        return [];
    }

    /// <summary>Lets time pass, at whose end the log is looked at.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        Log.Poll();
    }

    public void Dispose() => _folder.Dispose();
}
