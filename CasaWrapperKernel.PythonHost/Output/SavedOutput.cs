using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>
/// Where output goes that belongs to no cell: what the kernel itself was started with. A reader that has stopped must
/// not stop the kernel, so nothing here waits; what cannot be written yet is kept.
/// </summary>
internal sealed unsafe class SavedOutput(int descriptor)
{
    // A pipe that can be written to takes this much at once (POSIX: PIPE_BUF).
    private const int Piece = 4096;
    private const int MostKept = 1 << 20;
    private readonly List<byte> _kept = [];

    /// <summary>Whether something is left to be written.</summary>
    public bool IsBehind => _kept.Count > 0;

    /// <summary>Writes what can be written now. Of what has to be kept, the end is lost when it is too much.</summary>
    public void Write(ReadOnlySpan<byte> text)
    {
        if (_kept.Count < MostKept)
        {
            _kept.AddRange(text);
        }

        Continue();
    }

    /// <summary>Tries again.</summary>
    public void Continue()
    {
        var poll = new Libc.PollFd { Fd = descriptor, Events = Libc.POLLOUT };
        while (_kept.Count > 0 && Libc.poll(&poll, 1, 0) == 1 && (poll.Revents & Libc.POLLOUT) != 0)
        {
            var piece = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_kept)[..Math.Min(Piece, _kept.Count)];
            fixed (byte* bytes = piece)
            {
                var written = (int)Libc.write(descriptor, bytes, piece.Length);
                if (written <= 0)
                {
                    return;
                }

                _kept.RemoveRange(0, written);
            }
        }
    }
}
