using Signalbox.Inference.Tokenization;

namespace Signalbox.Inference.Training.Vocabularies;

/// <summary>
/// Learns a byte-level vocabulary: Sennrich, Haddow, Birch, "Neural Machine Translation of Rare Words with Subword Units" (2016), over the bytes
/// of words as GPT-2 writes them. The most frequent pair of neighbours merges next; of equally frequent ones, the pair whose tokens
/// are older. The same words in the same order give the same vocabulary.
/// </summary>
internal sealed class BpeTrainer
{
    private const int Bytes = 256;

    private readonly List<byte[]> _tokens = [];
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly List<(int, int)> _merges = [];
    private readonly List<int[]> _words = [];
    private readonly List<int> _wordCounts = [];
    private readonly Dictionary<(int Left, int Right), PairState> _pairs = [];
    private readonly PriorityQueue<(int Left, int Right), (long Count, int Left, int Right)> _queue = new(PairOrder.Instance);

    private BpeTrainer(WordCounts counts)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (var value = 0; value < Bytes; value++)
        {
            AddToken(utf8[..ByteAlphabet.Encode((byte)value, utf8)].ToArray());
        }

        foreach (var word in counts.Words)
        {
            var index = _words.Count;
            _words.Add([.. word.Select(static value => (int)value)]);
            _wordCounts.Add(counts[word]);
            for (var i = 1; i < word.Length; i++)
            {
                Count((word[i - 1], word[i]), counts[word], index);
            }
        }

        foreach (var (pair, state) in _pairs)
        {
            _queue.Enqueue(pair, (state.Count, pair.Left, pair.Right));
        }
    }

    /// <param name="counts">The corpus.</param>
    /// <param name="size">Most tokens, at least 256, control tokens not counted.</param>
    /// <param name="minimumFrequency">Pairs that are rarer do not merge, so that the vocabulary may stay smaller.</param>
    /// <param name="controlTokens">Appended after the others; unique.</param>
    /// <param name="cancel">Looked at before every merge.</param>
    public static TrainedVocabulary Train(WordCounts counts, int size, int minimumFrequency, IReadOnlyList<string> controlTokens, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, Bytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(minimumFrequency, 1);
        var trainer = new BpeTrainer(counts);
        while (trainer._tokens.Count < size && trainer.MergeNext(minimumFrequency))
        {
            cancel.ThrowIfCancellationRequested();
        }

        var control = controlTokens.Select(System.Text.Encoding.UTF8.GetBytes);
        return new TrainedVocabulary([.. trainer._tokens, .. control], trainer._merges, trainer._tokens.Count);
    }

    private bool MergeNext(int minimumFrequency)
    {
        while (_queue.TryDequeue(out var pair, out var order))
        {
            var state = _pairs[pair];
            if (state.Count != order.Count)
            {
                // Other merges have used up some of it since it was queued.
                if (state.Count > 0)
                {
                    _queue.Enqueue(pair, (state.Count, pair.Left, pair.Right));
                }

                continue;
            }

            if (state.Count < minimumFrequency)
            {
                return false;
            }

            if (!state.IsMerge)
            {
                state.IsMerge = true;
                _merges.Add(pair);
            }

            Replace(pair, state, AddToken([.. _tokens[pair.Left], .. _tokens[pair.Right]]));
            return true;
        }

        return false;
    }

    /// <summary>Two pairs can make the same text; the second merge then leads to the token of the first.</summary>
    private int AddToken(byte[] text)
    {
        var key = System.Text.Encoding.UTF8.GetString(text);
        if (!_ids.TryGetValue(key, out var id))
        {
            id = _tokens.Count;
            _ids.Add(key, id);
            _tokens.Add(text);
        }

        return id;
    }

    private void Replace((int Left, int Right) pair, PairState state, int token)
    {
        var changed = new HashSet<(int, int)>();
        var seen = -1;
        foreach (var index in state.Words.Order())
        {
            if (index == seen)
            {
                continue;
            }

            seen = index;
            var (word, count) = (_words[index], _wordCounts[index]);
            var merged = Merge(word, pair, token);
            if (merged.Length == word.Length)
            {
                continue;
            }

            for (var i = 1; i < word.Length; i++)
            {
                _pairs[(word[i - 1], word[i])].Count -= count;
            }

            for (var i = 1; i < merged.Length; i++)
            {
                Count((merged[i - 1], merged[i]), count, index);
                changed.Add((merged[i - 1], merged[i]));
            }

            _words[index] = merged;
        }

        state.Words.Clear();
        foreach (var (left, right) in changed.Where(each => each.Item1 == token || each.Item2 == token))
        {
            _queue.Enqueue((left, right), (_pairs[(left, right)].Count, left, right));
        }
    }

    private static int[] Merge(int[] word, (int Left, int Right) pair, int token)
    {
        var merged = new List<int>(word.Length);
        for (var i = 0; i < word.Length; i++)
        {
            if (i + 1 < word.Length && word[i] == pair.Left && word[i + 1] == pair.Right)
            {
                merged.Add(token);
                i++;
            }
            else
            {
                merged.Add(word[i]);
            }
        }

        return [.. merged];
    }

    private void Count((int, int) pair, int count, int word)
    {
        if (!_pairs.TryGetValue(pair, out var state))
        {
            _pairs.Add(pair, state = new PairState());
        }

        state.Count += count;
        if (state.Words.Count == 0 || state.Words[^1] != word)
        {
            state.Words.Add(word);
        }
    }

    private sealed class PairState
    {
        public long Count { get; set; }

        /// <summary>It can come back when its tokens are made in another way.</summary>
        public bool IsMerge { get; set; }

        /// <summary>Words that have the pair, or had it.</summary>
        public List<int> Words { get; } = [];
    }

    private sealed class PairOrder : IComparer<(long Count, int Left, int Right)>
    {
        public static readonly PairOrder Instance = new();

        public int Compare((long Count, int Left, int Right) x, (long Count, int Left, int Right) y) =>
            x.Count != y.Count ? y.Count.CompareTo(x.Count) : x.Left != y.Left ? x.Left.CompareTo(y.Left) : x.Right.CompareTo(y.Right);
    }
}
