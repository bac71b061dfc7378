using System.Text.Json;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// Keeps printed text that subscribers have not read, in a file for each of them. The io thread hands it on and never
/// waits for the disk.
/// </summary>
/// <param name="stem">The beginning of the files' names; null if nothing can be kept.</param>
internal sealed class MissedText(string? stem)
{
    // A cell that prints without end must not fill the user's disk, nor memory while the disk hangs.
    private const long MostInFile = 1L << 30;
    private const long MostWaiting = 64L << 20;

    private readonly Lock _gate = new();
    private Task _last = Task.CompletedTask;
    private long _waiting;
    private int _files;

    /// <summary>A file for one more subscriber; it is made when something is added.</summary>
    public MissedFile? NewFile() => stem is null ? null : new MissedFile(this, $"{stem}.missed-{++_files}.txt");

    /// <summary>Waits, but not for long, until all is written.</summary>
    public void Finish(TimeSpan most)
    {
        lock (_gate)
        {
            _last.Wait(most);
        }
    }

    /// <returns>False if the disk is too slow.</returns>
    internal bool Add(MissedFile file, byte[] content)
    {
        if (Interlocked.Add(ref _waiting, content.Length) > MostWaiting || file.Bytes > MostInFile)
        {
            Interlocked.Add(ref _waiting, -content.Length);
            return false;
        }

        lock (_gate)
        {
            _last = _last.ContinueWith(_ => Write(file, content), TaskScheduler.Default);
        }

        return true;
    }

    private void Write(MissedFile file, byte[] content)
    {
        file.Write(Text(content));
        Interlocked.Add(ref _waiting, -content.Length);
    }

    private static ReadOnlySpan<byte> Text(byte[] content)
    {
        var json = new Utf8JsonReader(content);
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.ValueTextEquals("text"u8) && json.Read())
            {
                var text = new byte[json.ValueSpan.Length];
                return text.AsSpan(0, json.CopyString(text));
            }
        }

        return [];
    }
}

/// <summary>What one subscriber has missed.</summary>
internal sealed class MissedFile(MissedText all, string path)
{
    private volatile string? _failure;

    /// <summary>What was added until now, as it is on the wire.</summary>
    public long Bytes { get; private set; }

    /// <summary>What was not kept.</summary>
    public long Lost { get; private set; }

    /// <summary>Where it is, or why not, as the end of a sentence.</summary>
    public string Place => _failure is { } reason ? $"it could not be kept in {path} ({reason})"
        : Lost > 0 ? $"its first {Bytes >> 20} MB are kept in {path}"
        : $"it is kept in {path}";

    /// <param name="content">Of a <c>stream</c> message.</param>
    public void Add(byte[] content)
    {
        // What comes after a gap would not be found there.
        if (Lost == 0 && all.Add(this, content))
        {
            Bytes += content.Length;
        }
        else
        {
            Lost += content.Length;
        }
    }

    internal void Write(ReadOnlySpan<byte> text)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            file.Write(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e.Message;
        }
    }
}
