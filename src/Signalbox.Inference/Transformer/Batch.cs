using Signalbox.Inference.Adapters;

namespace Signalbox.Inference.Transformer;

/// <summary>
/// Tokens of one or more sequences for one pass: pieces of prompts and single steps of generation mixed. The tokens of a sequence stand
/// together in order. Reused from pass to pass; allocates nothing after it is made.
/// </summary>
internal sealed class Batch
{
    private readonly int[] _tokens;
    private readonly int[] _positions;
    private readonly int[] _logitRows;
    private readonly Segment[] _segments;
    private int _segmentCount;
    private int _logitCount;

    /// <param name="capacity">The most tokens of a pass.</param>
    public Batch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _tokens = new int[capacity];
        _positions = new int[capacity];
        _logitRows = new int[capacity];
        _segments = new Segment[capacity];
    }

    public int Capacity => _tokens.Length;

    public int Count { get; private set; }

    /// <summary>Token ids, [Count].</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>The position of each token in its sequence, [Count].</summary>
    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    /// <summary>Indices of the tokens that want logits, ascending.</summary>
    public ReadOnlySpan<int> LogitRows => _logitRows.AsSpan(0, _logitCount);

    public ReadOnlySpan<Segment> Segments => _segments.AsSpan(0, _segmentCount);

    public void Clear()
    {
        // Caches must not be kept alive by a batch that rests.
        _segments.AsSpan(0, _segmentCount).Clear();
        Count = 0;
        _segmentCount = 0;
        _logitCount = 0;
    }

    /// <summary>Appends tokens that follow what <paramref name="cache"/> holds.</summary>
    /// <param name="cache">The sequence; once per batch.</param>
    /// <param name="tokens">Its next tokens.</param>
    /// <param name="logits">For which of them logits are wanted.</param>
    /// <param name="adapters">Adapters of this sequence; they stay the same object while it lives.</param>
    public void Add(KvCache cache, ReadOnlySpan<int> tokens, LogitsWanted logits, IReadOnlyList<ActiveAdapter> adapters)
    {
        ArgumentOutOfRangeException.ThrowIfZero(tokens.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, Capacity - Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, cache.Capacity - cache.Length);
        _segments[_segmentCount++] = new Segment(cache, Count, tokens.Length, adapters);
        for (var i = 0; i < tokens.Length; i++)
        {
            _tokens[Count] = tokens[i];
            _positions[Count] = cache.Length + i;
            if (logits == LogitsWanted.All || (logits == LogitsWanted.Last && i == tokens.Length - 1))
            {
                _logitRows[_logitCount++] = Count;
            }

            Count++;
        }
    }
}

/// <summary>The tokens of one sequence in a batch.</summary>
internal readonly struct Segment(KvCache cache, int start, int count, IReadOnlyList<ActiveAdapter> adapters)
{
    public readonly KvCache Cache = cache;

    /// <summary>Index of its first token in the batch.</summary>
    public readonly int Start = start;

    public readonly int Count = count;
    public readonly IReadOnlyList<ActiveAdapter> Adapters = adapters;
}

/// <summary>For which tokens of a piece logits are computed.</summary>
internal enum LogitsWanted
{
    None,
    Last,
    All,
}
