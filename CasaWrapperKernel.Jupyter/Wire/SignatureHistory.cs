using System.Buffers.Text;

namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// The signatures of the last messages, as many as jupyter_client keeps: who has recorded a signed message cannot
/// have it
/// done once more. Their first 64 bits are enough to tell them apart, and nobody without the key can make two that
/// agree.
/// </summary>
internal sealed class SignatureHistory
{
    private const int Most = 1 << 16;
    private const int Digits = 16;

    private readonly HashSet<ulong> _known = [];
    private readonly Queue<ulong> _order = new();

    /// <param name="signature">A right signature, in hexadecimal.</param>
    /// <returns>False if it is there already.</returns>
    public bool Add(ReadOnlySpan<byte> signature)
    {
        Utf8Parser.TryParse(signature[..Digits], out ulong beginning, out _, 'x');
        if (!_known.Add(beginning))
        {
            return false;
        }

        _order.Enqueue(beginning);
        if (_order.Count > Most)
        {
            _known.Remove(_order.Dequeue());
        }

        return true;
    }
}
