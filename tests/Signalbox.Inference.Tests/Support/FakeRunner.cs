using Signalbox.Inference.Adapters;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Tests.Support;

/// <summary>
/// A model without arithmetic: its best next token depends on every token before it and on the adapters, so that an answer is only right
/// when each cache holds exactly what it should.
/// </summary>
internal sealed class FakeRunner(int batchTokens = 64, int vocabularySize = 50, int capacity = 4096) : ModelRunner
{
    public const int End = 0;

    private readonly List<(FakeCache Cache, int[] Tokens, LogitsWanted Logits, IReadOnlyList<ActiveAdapter> Adapters)> _batch = [];
    private readonly List<FakeCache> _caches = [];
    private float[][] _logits = [];
    private float[][] _states = [];
    private int _logitRows;

    public override int VocabularySize => vocabularySize;

    public override int StateLength => 3;

    public override int BatchTokens => batchTokens;

    public override bool IsCausal => Causal;

    public bool Causal { get; init; } = true;

    /// <summary>The sequence length after which the model ends an answer.</summary>
    public int EndAt { get; set; } = int.MaxValue;

    /// <summary>Tokens of each pass, by the number of the cache.</summary>
    public List<(int Cache, int Tokens)[]> Passes { get; } = [];

    /// <summary>Every logit is NaN.</summary>
    public bool BrokenNumbers { get; set; }

    /// <summary>Off where allocations are measured.</summary>
    public bool Records { get; set; } = true;

    /// <summary>Runs inside of a pass, before anything changed.</summary>
    public Action<CancellationToken>? DuringPass { get; set; }

    public int LiveCaches => _caches.Count(cache => !cache.Disposed);

    /// <summary>Caches that can be made before memory is out.</summary>
    public int CachesLeft { get; set; } = int.MaxValue;

    public static int Next(ReadOnlySpan<int> sequence, int vocabularySize, int salt = 0)
    {
        var hash = 2166136261u + (uint)salt;
        foreach (var token in sequence)
        {
            hash = Step(hash, token);
        }

        return Choose(hash, vocabularySize);
    }

    /// <summary>What an answer must be, whatever else runs.</summary>
    public static int[] Expected(IReadOnlyList<int> prompt, int tokens, int vocabularySize = 50, int salt = 0)
    {
        var sequence = prompt.ToList();
        for (var i = 0; i < tokens; i++)
        {
            sequence.Add(Next([.. sequence], vocabularySize, salt));
        }

        return [.. sequence.Skip(prompt.Count)];
    }

    public static float[] StateOf(int token) => [token, 1, token * 0.5f];

    public override SequenceCache CreateCache()
    {
        if (CachesLeft-- <= 0)
        {
            throw new OutOfMemoryException();
        }

        var cache = new FakeCache(_caches.Count, capacity);
        _caches.Add(cache);
        return cache;
    }

    /// <summary>A bug where nobody expects one.</summary>
    public bool FailsOnClear { get; init; }

    public override void Clear()
    {
        if (FailsOnClear)
        {
            throw new InvalidOperationException("a bug outside of a pass");
        }

        _batch.Clear();
    }

    public override void Add(SequenceCache cache, ReadOnlySpan<int> tokens, LogitsWanted logits, IReadOnlyList<ActiveAdapter> adapters)
    {
        var own = (FakeCache)cache;
        Assert.False(own.Disposed);
        Assert.False(tokens.IsEmpty);
        if (tokens.Length > 1 || own.Pending.Length == 0)
        {
            own.Pending = new int[Math.Max(tokens.Length, 1)];
        }

        tokens.CopyTo(own.Pending);
        own.PendingCount = tokens.Length;
        _batch.Add((own, own.Pending, logits, adapters));
    }

    public override void Run(CancellationToken cancel)
    {
        DuringPass?.Invoke(cancel);
        cancel.ThrowIfCancellationRequested();
        if (Records)
        {
            Passes.Add([.. _batch.Select(piece => (piece.Cache.Number, piece.Cache.PendingCount))]);
            Assert.InRange(_batch.Sum(piece => piece.Cache.PendingCount), 1, batchTokens);
            Assert.Equal(_batch.Count, _batch.Select(piece => piece.Cache).Distinct().Count());
        }

        _logitRows = 0;
        var token = 0;
        foreach (var (cache, tokens, wanted, adapters) in _batch)
        {
            for (var i = 0; i < cache.PendingCount; i++)
            {
                cache.Append(tokens[i], adapters);
                StateRow(token++)[0] = tokens[i];
            }

            if (wanted == LogitsWanted.Last)
            {
                var row = LogitRow(_logitRows++);
                row.Fill(BrokenNumbers ? float.NaN : 0);
                row[cache.Length >= EndAt ? End : Choose(cache.Hash, vocabularySize)] = BrokenNumbers ? float.NaN : 20;
            }
        }
    }

    public override Span<float> Logits(int i)
    {
        return i < _logitRows ? _logits[i] : throw new ArgumentOutOfRangeException(nameof(i));
    }

    public override ReadOnlySpan<float> State(int index)
    {
        Assert.Equal(0, _logitRows);
        return StateOf((int)_states[index][0]);
    }

    public override void Dispose()
    {
    }

    private static uint Step(uint hash, int token) => (hash ^ (uint)(token + 1)) * 16777619u;

    private static int Choose(uint hash, int vocabularySize) => 1 + (int)((hash ^ (hash >> 15)) % (uint)(vocabularySize - 1));

    private Span<float> LogitRow(int row)
    {
        while (_logits.Length <= row)
        {
            _logits = [.. _logits, new float[vocabularySize]];
        }

        return _logits[row];
    }

    private float[] StateRow(int row)
    {
        while (_states.Length <= row)
        {
            _states = [.. _states, new float[1]];
        }

        return _states[row];
    }

    internal sealed class FakeCache(int number, int capacity) : SequenceCache
    {
        private readonly uint[] _hashes = new uint[capacity + 1];
        private int _length;

        public int Number => number;

        public int[] Pending { get; set; } = [];

        public int PendingCount { get; set; }

        public bool Disposed { get; private set; }

        public uint Hash => _hashes[_length];

        public override int Length => _length;

        public void Append(int token, IReadOnlyList<ActiveAdapter> adapters)
        {
            if (_length == 0)
            {
                _hashes[0] = 2166136261u + (adapters.Count > 0 ? (uint)adapters[0].Scale : 0);
            }

            _hashes[_length + 1] = Step(_hashes[_length], token);
            _length++;
        }

        public override void Truncate(int length)
        {
            Assert.InRange(length, 0, _length);
            _length = length;
        }

        public override void CopyPrefix(SequenceCache from, int length)
        {
            var other = (FakeCache)from;
            Assert.False(other.Disposed);
            Assert.InRange(length, 0, other._length);
            Array.Copy(other._hashes, _hashes, length + 1);
            _length = length;
        }

        public override void Dispose() => Disposed = true;
    }
}
