using System.Buffers;

namespace Signalbox.Sensitivity.Detectors;

/// <summary>The known words of a text in order, in a buffer that grows from the pool.</summary>
internal ref struct WordHits(Span<WordHit> start)
{
    private Span<WordHit> _hits = start;
    private WordHit[]? _rented;
    private int _count;

    public readonly ReadOnlySpan<WordHit> All => _hits[.._count];

    public void Add(WordHit hit)
    {
        if (_count == _hits.Length)
        {
            Grow();
        }

        _hits[_count++] = hit;
    }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<WordHit>.Shared.Return(_rented);
            _rented = null;
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<WordHit>.Shared.Rent(_hits.Length * 2);
        _hits.CopyTo(larger);
        Dispose();
        _hits = _rented = larger;
    }
}
