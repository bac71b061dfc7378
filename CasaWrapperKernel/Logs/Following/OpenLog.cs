using System.Text;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Logs.Following;

/// <summary>
/// One file, as long as this is open: also when its name is another's, or nobody's. CASA writes each message with one
/// call, so a line that ends is whole.
/// </summary>
internal sealed class OpenLog : IDisposable
{
    private readonly List<byte> _partial = [];
    private readonly SafeFileHandle _handle;
    private readonly string _firstName;
    private long _offset;

    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be opened.</exception>
    public OpenLog(string path)
    {
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        Descriptor = $"/proc/self/fd/{_handle.DangerousGetHandle()}";
        _firstName = Name;
        Made = File.GetCreationTimeUtc(_handle); // on some disks it is the last change, which goes on
    }

    /// <summary>A path by which this process can open the file once more.</summary>
    public string Descriptor { get; }

    /// <summary>What the file is called now, as the system says it.</summary>
    public string Name => new FileInfo(Descriptor).LinkTarget ?? "";

    /// <summary>Whether it is no longer where it was opened.</summary>
    public bool HasMoved => Name != _firstName;

    /// <summary>When the file was made.</summary>
    public DateTime Made { get; }

    /// <summary>Where this session's part begins.</summary>
    public long Start { get; private set; }

    /// <summary>Where the line ends that was read last.</summary>
    public long LineEnd { get; private set; }

    public void Dispose() => _handle.Dispose();

    /// <summary>What the file holds already is of another session.</summary>
    public void SkipToEnd() => Start = _offset = RandomAccess.GetLength(_handle);

    /// <summary>Reads what has been added since the last time.</summary>
    /// <param name="end">Where to stop.</param>
    public void ReadNew(Action<string> add, long end = long.MaxValue)
    {
        try
        {
            var length = RandomAccess.GetLength(_handle);
            if (length < _offset)
            {
                Start = _offset = 0; // the user emptied it
                _partial.Clear();
            }

            Read(ref _offset, Math.Min(length, end), _partial, add);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A network disk that is away for a moment; the next poll reads on.
        }
    }

    /// <summary>Reads this session's part once more.</summary>
    public void ReadAll(Action<string> add)
    {
        try
        {
            var offset = Start;
            Read(ref offset, RandomAccess.GetLength(_handle), [], add);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What could be read is shown.
        }
    }

    private void Read(ref long offset, long length, List<byte> partial, Action<string> add)
    {
        var buffer = new byte[Math.Max(0, Math.Min(length - offset, 1 << 20))];
        while (offset < length
            && RandomAccess.Read(_handle, buffer.AsSpan(0, (int)Math.Min(length - offset, buffer.Length)), offset)
                is > 0 and var count)
        {
            AddBytes(buffer.AsSpan(0, count), offset, partial, add);
            offset += count;
        }
    }

    private void AddBytes(ReadOnlySpan<byte> bytes, long offset, List<byte> partial, Action<string> add)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            partial.AddRange(bytes[..end]);
            offset += end + 1;
            LineEnd = offset;
            add(Encoding.UTF8.GetString([.. partial]));
            partial.Clear();
            bytes = bytes[(end + 1)..];
        }

        partial.AddRange(bytes);
    }
}
