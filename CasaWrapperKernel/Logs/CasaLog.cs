using System.Text;
using CasaWrapperKernel.Channels;
using CasaWrapperKernel.Execution;
using CasaWrapperKernel.Wire;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Logs;

/// <summary>
/// Follows CASA's log file and shows its lines under the cell that runs, while it runs. CASA writes each message with
/// one write call, so a line that ends is whole. Nothing here needs Python.
/// </summary>
internal sealed class CasaLog : ICellObserver
{
    private const int PollMilliseconds = 25;
    private const int UpdateMilliseconds = 125;

    // _showing is taken before the outbox's lock, _gate may be taken inside it (HasWarning): so nothing is ever posted
    // while _gate is held.
    private readonly Lock _showing = new();
    private readonly Lock _gate = new();
    private readonly Outbox _outbox;
    private readonly RecentWarnings _recent = new();
    private readonly List<byte> _partial = [];
    private SafeFileHandle? _handle;
    private byte[]? _cell;
    private LogBlock _block;
    private string _file;
    private string _displayId = "";
    private long _offset;
    private long _lastShown;
    private bool _shown;
    private bool _changed;

    public CasaLog(Outbox outbox, string file)
    {
        (_outbox, _file) = (outbox, file);
        _block = new LogBlock(file);
    }

    /// <summary>Follows another file from now on: what it holds already is none of this session.</summary>
    public void Follow(string file)
    {
        lock (_gate)
        {
            if (file == _file)
            {
                return;
            }

            ReadNew();
            _handle?.Dispose();
            (_file, _handle) = (file, null);
            _partial.Clear();
            _offset = File.Exists(file) ? new FileInfo(file).Length : 0;
        }
    }

    /// <summary>[casa-log] Polls for ever; a file on a network disk gives no other notice.</summary>
    public void Run()
    {
        while (true)
        {
            Thread.Sleep(PollMilliseconds);
            ShowNews(waitForMore: _outbox.IsInLine || Environment.TickCount64 - _lastShown < UpdateMilliseconds);
        }
    }

    public void CellStarts(byte[] parent)
    {
        ShowNews(waitForMore: false); // what came between the cells belongs to the one before
        lock (_gate)
        {
            (_cell, _block, _shown, _changed) = (parent, new LogBlock(_file), false, false);
            _displayId = $"casa-log-{Guid.NewGuid():N}";
        }
    }

    public void CellEnds(byte[] parent) => ShowNews(waitForMore: false);

    /// <summary>Whether the log has this line, which CASA also wrote on standard error.</summary>
    public bool HasWarning(string line)
    {
        lock (_gate)
        {
            ReadNew();
            return _recent.Take(line);
        }
    }

    private void ReadNew()
    {
        try
        {
            if (_handle is null && !File.Exists(_file))
            {
                return; // CASA makes it when it is imported
            }

            _handle ??= File.OpenHandle(
                _file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(_handle);
            if (length < _offset)
            {
                _offset = 0; // the user emptied it
                _partial.Clear();
            }

            var buffer = new byte[Math.Min(length - _offset, 1 << 20)];
            while (buffer.Length > 0 && RandomAccess.Read(_handle, buffer, _offset) is > 0 and var count)
            {
                _offset += count;
                AddBytes(buffer.AsSpan(0, count));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A network disk that is away for a moment; the next poll reads on.
        }
    }

    private void AddBytes(ReadOnlySpan<byte> bytes)
    {
        for (var end = bytes.IndexOf((byte)'\n'); end >= 0; end = bytes.IndexOf((byte)'\n'))
        {
            _partial.AddRange(bytes[..end]);
            var text = Encoding.UTF8.GetString([.. _partial]);
            _partial.Clear();
            bytes = bytes[(end + 1)..];
            var line = LogLine.Parse(text);
            _recent.Add(line, text);
            _block.Add(line);
            _changed = true;
        }

        _partial.AddRange(bytes);
    }

    private void ShowNews(bool waitForMore)
    {
        lock (_showing)
        {
            Outgoing? message = null;
            lock (_gate)
            {
                ReadNew();
                if (_changed && _cell is not null && !waitForMore)
                {
                    message = Render(_cell);
                }
            }

            if (message is not null)
            {
                _outbox.Post(Channel.Iopub, message);
            }
        }
    }

    private Outgoing Render(byte[] cell)
    {
        var display = new Display(
            new Dictionary<string, string> { ["text/html"] = _block.ToHtml(), ["text/plain"] = _block.ToText() },
            new Transient(_displayId));
        var type = _shown ? "update_display_data" : "display_data";
        (_shown, _changed, _lastShown) = (true, false, Environment.TickCount64);
        return new Outgoing(type, cell, Json.Write(display, WireJson.Default.Display)) { Identities = [Topic.Of(type)] };
    }
}
