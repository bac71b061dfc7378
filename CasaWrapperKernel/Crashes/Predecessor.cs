using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Crashes;

/// <summary>
/// The kernel of this notebook before this one, if it has died: told in the server's log and under the first cell.
/// </summary>
internal sealed partial class Predecessor(BlackBox box, Outbox outbox, ILogger<Predecessor> log)
{
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly TaskCompletionSource<Story?> _found = new();
    private int _isTold;

    /// <summary>[kernel-record] Looks for it, and then keeps this kernel's own record up to date.</summary>
    public void Run()
    {
        _found.SetResult(Find());
        while (true)
        {
            box.Note(Memory.Now());
            Thread.Sleep(BetweenNotes);
        }
    }

    /// <summary>A cell is about to run: shows the story under the first one of the user's.</summary>
    public void CellStarts(Cell cell)
    {
        if (_isTold != 0 || cell.Content.Silent || cell.Content.StoreHistory == false
            || Interlocked.Exchange(ref _isTold, 1) != 0 || !_found.Task.Wait(Patience)
            || _found.Task.Result is not { } story)
        {
            return;
        }

        var id = $"casa-crash-{Path.GetFileNameWithoutExtension(story.File)}";
        var data = new Dictionary<string, string>
        {
            ["text/html"] = StoryHtml.Of(story),
            ["text/plain"] = $"{story.Summary} 'casa-kernel crash' tells more of it.",
        };
        outbox.Publish(new Outgoing("display_data", cell.Message.HeaderJson,
            Json.Write(new Display(data, new Transient(id)), WireJson.Default.Display)));
    }

    private Story? Find()
    {
        try
        {
            Records.Forget(box.Path);
            var story = Records.Dead(box.Path).FirstOrDefault(dead => dead.Kernel.IsOfSameNotebook(box.Kernel));
            if (story is null or { IsTold: true })
            {
                return null;
            }

            if (story is { Signal: 0, Exit: null, Memory: { } memory } && Memory.Kills() > memory.Kills)
            {
                Records.Add(story, RecordLayout.OutOfMemory);
                story = story with { IsOutOfMemory = true };
            }

            Records.Add(story, RecordLayout.Told);
            LogPredecessor(log, story.Summary, story.File);
            // Jupyter kills kernels too, whose users have asked it to; then nothing has run.
            return story is { Signal: 0, Exit: null, IsOutOfMemory: false, Running.Cells: [] } ? null : story;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "Of the kernel before this one: {What} 'casa-kernel crash' tells more of it; the record is {File}")]
    private static partial void LogPredecessor(ILogger logger, string what, string file);
}
