using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>
/// Takes over file descriptors 1 and 2, where C and Fortran code and child processes write, and puts what comes there
/// into the outbox under the cell that runs. Reading needs no GIL, so output shows while C code holds it, and a
/// full pipe cannot stop the kernel.
/// </summary>
internal sealed unsafe class Capture
{
    // The most that Linux grants without privileges; a writer is then rarely stopped while the reader gets the CPU.
    private const int PipeSize = 1 << 20;

    // Looked up once: dlsym waits while another thread loads a library, and that one may wait for the GIL which the
    // caller holds (casatools runs Python while it is loaded).
    private static readonly nint* CStdout = (nint*)Libc.dlsym(0, "stdout");

    private readonly Outbox _outbox;
    private readonly Source[] _sources;
    private readonly byte[] _buffer = new byte[PipeSize];

    /// <summary>Redirects the descriptors; what is written from now on goes to <paramref name="outbox"/>.</summary>
    public Capture(Outbox outbox)
    {
        _outbox = outbox;
        (SavedStdout, SavedStderr) = (Libc.dup(1), Libc.dup(2));
        _sources = [new Source(1, "stdout"), new Source(2, "stderr")];
        outbox.Drain = () =>
        {
            foreach (var source in _sources)
            {
                Drain(source);
            }
        };
    }

    /// <summary>The terminal or file that the kernel itself was started with as its standard error.</summary>
    public int SavedStderr { get; }

    private int SavedStdout { get; }

    /// <summary>Header JSON of the request whose cell runs now, or ran last; null before the first.</summary>
    public byte[]? CurrentCell { get; set; }

    /// <summary>Is shown the whole lines that come on standard error and says which to leave out.</summary>
    public IStderrFilter? Filter { get; set; }

    /// <summary>Gives the descriptors back: what is written from now on goes where it went before.</summary>
    public void Restore()
    {
        Libc.dup2(SavedStdout, 1);
        Libc.dup2(SavedStderr, 2);
    }

    /// <summary>[kernel-capture] Reads for ever.</summary>
    public void Run()
    {
        var polls = stackalloc Libc.PollFd[2];
        while (true)
        {
            for (var i = 0; i < 2; i++)
            {
                polls[i] = new Libc.PollFd { Fd = _sources[i].ReadEnd, Events = Libc.POLLIN };
            }

            Libc.poll(polls, 2, -1);
            _outbox.Locked(() => _outbox.Drain?.Invoke());
            while (_outbox.IsFull)
            {
                _outbox.WaitForRoom();
            }
        }
    }

    /// <summary>Makes C's own buffer line by line, so that a printf shows when its line is complete.</summary>
    public static void BufferLinesOnly()
    {
        Libc.setvbuf(*CStdout, 0, Libc.IOLBF, 0);
        FlushC(); // so that .NET has looked up what this calls, too
    }

    /// <summary>
    /// Writes out a line that C code has begun. Only stdout's: to flush every stream would wait for a thread that reads one.
    /// </summary>
    public static void FlushC() => Libc.fflush(*CStdout);

    private void Drain(Source source)
    {
        int available;
        if (Libc.ioctl(source.ReadEnd, Libc.FIONREAD, &available) != 0 || available == 0)
        {
            return;
        }

        fixed (byte* buffer = _buffer)
        {
            var kept = source.Kept.AsSpan();
            kept.CopyTo(_buffer);
            var count = (int)Libc.read(source.ReadEnd, buffer + kept.Length, _buffer.Length - kept.Length);
            if (count <= 0)
            {
                return;
            }

            var text = _buffer.AsSpan(0, kept.Length + count);
            var tail = StreamText.IncompleteTail(text);
            source.Kept = text[^tail..].ToArray();
            Add(source, text[..^tail]);
        }
    }

    private void Add(Source source, ReadOnlySpan<byte> text)
    {
        if (CurrentCell is not { } cell)
        {
            fixed (byte* bytes = text)
            {
                Libc.write(SavedStderr, bytes, text.Length);
            }

            return;
        }

        if (source.Descriptor == 2 && Filter is { } filter)
        {
            text = filter.Pass(text);
        }

        if (text.Length > 0)
        {
            _outbox.Write(cell, source.Name, text, drain: false);
        }
    }

    private sealed class Source
    {
        public Source(int descriptor, string name)
        {
            (Descriptor, Name) = (descriptor, name);
            var ends = stackalloc int[2];
            if (Libc.pipe2(ends, Libc.O_CLOEXEC) != 0 || Libc.dup2(ends[1], descriptor) < 0)
            {
                throw new IOException($"file descriptor {descriptor} cannot be redirected");
            }

            ReadEnd = ends[0];
            Libc.fcntl(ReadEnd, Libc.F_SETFL, Libc.fcntl(ReadEnd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK);
            Libc.fcntl(ReadEnd, Libc.F_SETPIPE_SZ, PipeSize);
            Libc.fcntl(ends[1], 2 /* F_SETFD */, 1 /* FD_CLOEXEC */);
        }

        public int Descriptor { get; }

        public string Name { get; }

        public int ReadEnd { get; }

        public byte[] Kept { get; set; } = [];
    }
}

/// <summary>Decides which lines of standard error are shown; CASA's warnings are in its log already.</summary>
internal interface IStderrFilter
{
    /// <returns>What is to be shown; text that is held back comes with a later call.</returns>
    ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> text);
}
