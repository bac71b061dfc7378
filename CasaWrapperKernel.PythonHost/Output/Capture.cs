using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>
/// Takes over file descriptors 1 and 2, where C and Fortran code and child processes write, and gives what comes there
/// to the outbox, as written by the cell that runs. Reading needs no GIL, so output shows while C code holds it, and a
/// full pipe cannot stop the kernel.
/// </summary>
internal sealed unsafe class Capture : IOutputSource
{
    // How soon a line that the filter holds back is asked for again.
    private const int HoldMilliseconds = 25;

    private readonly RunningCell _running;
    private readonly IStderrFilter _filter;
    private readonly CapturedDescriptor _stdout;
    private readonly CapturedDescriptor _stderr;
    private readonly SavedOutput _terminal;
    private byte[]? _cell;

    /// <summary>Redirects the descriptors.</summary>
    /// <exception cref="IOException">They cannot be redirected.</exception>
    public Capture(RunningCell running, IStderrFilter filter, int stdout = 1, int stderr = 2)
    {
        (_running, _filter) = (running, filter);
        _stdout = new CapturedDescriptor(stdout, "stdout");
        _stderr = new CapturedDescriptor(stderr, "stderr");
        _terminal = new SavedOutput(SavedStderr);
    }

    /// <summary>The terminal or file that the kernel itself was started with as its standard error.</summary>
    public int SavedStderr => _stderr.Saved;

    /// <summary>Gives the descriptors back: what is written from now on goes where it went before.</summary>
    public void Restore()
    {
        _stdout.Restore();
        _stderr.Restore();
    }

    /// <summary>Waits until something was written, or it is time to look again.</summary>
    public void Wait()
    {
        var polls = stackalloc Libc.PollFd[2];
        polls[0] = new Libc.PollFd { Fd = _stdout.ReadEnd, Events = Libc.POLLIN };
        polls[1] = new Libc.PollFd { Fd = _stderr.ReadEnd, Events = Libc.POLLIN };
        Libc.poll(polls, 2, _filter.IsHolding || _terminal.IsBehind ? HoldMilliseconds : -1);
    }

    public void Read(StreamAppender write)
    {
        if (_running.Header is var cell && cell != _cell)
        {
            // Half a character stays with who has written it.
            Add(_stdout, _stdout.GiveUp(), write);
            Add(_stderr, _stderr.GiveUp(), write);
            _cell = cell;
        }

        if (_stdout.HasNews)
        {
            var text = _stdout.Read();
            Add(_stdout, text, write);
            _stdout.Clear(text.Length);
        }

        if (_stderr.HasNews)
        {
            var text = _stderr.Read();
            Add(_stderr, _cell is null ? text : _filter.Pass(text), write);
            _stderr.Clear(text.Length);
        }
        else if (_filter.IsHolding)
        {
            Add(_stderr, _filter.Pass([]), write);
        }

        _terminal.Continue();
    }

    private void Add(CapturedDescriptor source, ReadOnlySpan<byte> text, StreamAppender write)
    {
        if (_cell is not { } cell)
        {
            _terminal.Write(text);
        }
        else if (text.Length > 0)
        {
            write(cell, source.Name, text);
        }
    }
}
