using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>A file descriptor that leads into a pipe of ours instead of where it led before.</summary>
internal sealed unsafe class CapturedDescriptor
{
    // The most that Linux grants without privileges; a writer is then rarely stopped while the reader gets the CPU.
    private const int PipeSize = 1 << 20;

    private readonly byte[] _buffer = new byte[PipeSize];
    private readonly int _descriptor;
    private int _kept;

    /// <param name="name">The stream that it is: <c>stdout</c> or <c>stderr</c>.</param>
    /// <exception cref="IOException">It cannot be redirected.</exception>
    public CapturedDescriptor(int descriptor, string name)
    {
        (_descriptor, Name) = (descriptor, name);
        var ends = stackalloc int[2];
        Saved = Check(Libc.dup(descriptor));
        Check(Libc.fcntl(Saved, Libc.F_SETFD, Libc.FD_CLOEXEC));
        Check(Libc.pipe2(ends, Libc.O_CLOEXEC));
        // the other one stays open, or the pipe would end if a cell closed this one
        Check(Libc.dup2(ends[1], descriptor));
        ReadEnd = ends[0];
        Check(Libc.fcntl(ReadEnd, Libc.F_SETFL, Libc.fcntl(ReadEnd, Libc.F_GETFL, 0) | Libc.O_NONBLOCK));
        Libc.fcntl(ReadEnd, Libc.F_SETPIPE_SZ, PipeSize); // a smaller one does, too
    }

    public string Name { get; }

    /// <summary>Where it led before.</summary>
    public int Saved { get; }

    /// <summary>Readable when something was written.</summary>
    public int ReadEnd { get; }

    /// <summary>Whether something was written.</summary>
    public bool HasNews
    {
        get
        {
            int available;
            return Libc.ioctl(ReadEnd, Libc.FIONREAD, &available) == 0 && available > 0;
        }
    }

    /// <summary>
    /// What was written since the last call, without the beginning of a character whose rest is to come.
    /// </summary>
    public ReadOnlySpan<byte> Read()
    {
        fixed (byte* buffer = _buffer)
        {
            var count = (int)Libc.read(ReadEnd, buffer + _kept, _buffer.Length - _kept);
            if (count <= 0)
            {
                return [];
            }

            var text = _buffer.AsSpan(0, _kept + count);
            _kept = StreamText.IncompleteTail(text);
            return text[..^_kept];
        }
    }

    /// <summary>To be called when what <see cref="Read"/> gave has been used: makes room.</summary>
    public void Clear(int used) => _buffer.AsSpan(used, _kept).CopyTo(_buffer);

    /// <summary>The beginning of a character whose rest will not come.</summary>
    public ReadOnlySpan<byte> GiveUp()
    {
        var torn = _buffer.AsSpan(0, _kept);
        _kept = 0;
        return torn;
    }

    /// <summary>What is written from now on goes where it went before.</summary>
    public void Restore() => Check(Libc.dup2(Saved, _descriptor));

    private int Check(int result) => Libc.Checked(result, $"file descriptor {_descriptor} cannot be redirected");
}
