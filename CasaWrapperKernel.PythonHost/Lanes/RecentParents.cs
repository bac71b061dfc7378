namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// The parents of requests that are done, for threads that print long after their cell has ended. Nothing else of a
/// request is kept, and not for ever.
/// </summary>
internal sealed class RecentParents(int most)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<long, Parent> _known = [];
    private readonly Queue<long> _order = new();

    public void Add(long id, Parent parent)
    {
        lock (_gate)
        {
            if (!_known.TryAdd(id, parent))
            {
                return;
            }

            _order.Enqueue(id);
            if (_order.Count > most)
            {
                _known.Remove(_order.Dequeue());
            }
        }
    }

    /// <summary>Null if it is forgotten.</summary>
    public Parent? Find(long id)
    {
        lock (_gate)
        {
            return _known.GetValueOrDefault(id);
        }
    }
}
