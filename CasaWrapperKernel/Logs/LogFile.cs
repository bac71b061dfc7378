using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// A log file that grows. CASA writes each message with one call, so a line that ends is whole. What the file held
/// before it was followed is of another session.
/// </summary>
internal sealed class LogFile
{
    private readonly List<byte> _partial = [];
    private SafeFileHandle? _handle;
    private long _offset;

    public LogFile(string path)
    {
        Path = path;
        try
        {
            Start = _offset = File.Exists(path) ? new FileInfo(path).Length : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone at this very moment: what comes to stand there is this session's.
        }
    }

    public string Path { get; }

    /// <summary>Where this session's part begins.</summary>
    public long Start { get; private set; }

    /// <summary>Reads what has been added since the last time.</summary>
    public void ReadNew(Action<string> add)
    {
        try
        {
            if (_handle is null && !File.Exists(Path))
            {
                return; // CASA makes it when it is imported
            }

            _handle ??= Open();
            var length = RandomAccess.GetLength(_handle);
            if (length < _offset)
            {
                Start = _offset = 0; // the user emptied it
                _partial.Clear();
            }

            _offset = Read(_handle, _offset, length, _partial, add);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A network disk that is away for a moment; the next poll reads on.
        }
    }

    /// <summary>CASA opens the path once more. What has come to stand there instead of the file is of another session.</summary>
    public void Reopen()
    {
        try
        {
            _handle?.Dispose();
            _handle = File.Exists(Path) ? Open() : null;
            if (_handle is not null && RandomAccess.GetLength(_handle) is var length && length < _offset)
            {
                Start = _offset = length;
                _partial.Clear();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _handle = null;
        }
    }

    /// <summary>Reads this session's part once more.</summary>
    public void ReadAll(Action<string> add)
    {
        try
        {
            using var handle = Open();
            Read(handle, Start, RandomAccess.GetLength(handle), [], add);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing can be shown of a file that is gone.
        }
    }

    private SafeFileHandle Open() => File.OpenHandle(
        Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    private static long Read(SafeFileHandle handle, long offset, long length, List<byte> partial, Action<string> add)
    {
        var buffer = new byte[Math.Max(0, Math.Min(length - offset, 1 << 20))];
        while (buffer.Length > 0 && RandomAccess.Read(handle, buffer, offset) is > 0 and var count)
        {
            offset += count;
            AddBytes(buffer.AsSpan(0, count), partial, add);
        }

        return offset;
    }

    private static void AddBytes(ReadOnlySpan<byte> bytes, List<byte> partial, Action<string> add)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            partial.AddRange(bytes[..end]);
            add(Encoding.UTF8.GetString([.. partial]));
            partial.Clear();
            bytes = bytes[(end + 1)..];
        }

        partial.AddRange(bytes);
    }
}
