using System.Buffers;
using System.Runtime.CompilerServices;

namespace Signalbox.Inference.Tokenization;

/// <summary>Decides which neighbours may become one.</summary>
internal interface IPairRule
{
    /// <summary>Whether two neighbours merge, how early (lower first) and into which piece.</summary>
    bool TryMerge(in MergeSymbol left, in MergeSymbol right, out uint rank, out int piece);
}

/// <summary>A stretch of the text while it grows.</summary>
internal struct MergeSymbol
{
    public int Start;
    public int Length;
    public int Previous;
    public int Next;

    /// <summary>What it is: a token or any other number that the rule knows; -1 for nothing known.</summary>
    public int Piece;

    /// <summary>The character that it was at first, where the rule cuts the text between characters.</summary>
    public int Character;
}

/// <summary>
/// Merges neighbours, the pair of lowest rank first and the leftmost of equals, until none is left: the common core of both kinds of
/// byte-pair encoding. A heap over linked symbols, O(n log n) whatever the text; a few symbols are faster looked through again and again.
/// </summary>
internal static class PairMerger
{
    /// <summary>Up to this many symbols no heap is made.</summary>
    public const int Few = 32;

    /// <summary>Leaves what the symbols became at the front, in order, and returns how many they are.</summary>
    public static int Merge<TRule>(ref TRule rule, Span<MergeSymbol> symbols)
        where TRule : struct, IPairRule, allows ref struct =>
        symbols.Length <= Few ? MergeFew(ref rule, symbols) : MergeMany(ref rule, symbols);

    [SkipLocalsInit]
    private static int MergeFew<TRule>(ref TRule rule, Span<MergeSymbol> symbols)
        where TRule : struct, IPairRule, allows ref struct
    {
        Span<ulong> ranks = stackalloc ulong[Few];
        Span<int> pieces = stackalloc int[Few];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
        {
            ranks[i] = rule.TryMerge(symbols[i], symbols[i + 1], out var rank, out pieces[i]) ? rank : ulong.MaxValue;
        }

        while (Lowest(ranks[..Math.Max(0, count - 1)]) is >= 0 and var best)
        {
            symbols[best].Length += symbols[best + 1].Length;
            symbols[best].Piece = pieces[best];
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            pieces[(best + 1)..(count - 1)].CopyTo(pieces[best..]);
            count--;
            for (var i = Math.Max(0, best - 1); i <= best && i + 1 < count; i++)
            {
                ranks[i] = rule.TryMerge(symbols[i], symbols[i + 1], out var rank, out pieces[i]) ? rank : ulong.MaxValue;
            }
        }

        return count;
    }

    /// <summary>The first place of the lowest rank; -1 where nothing merges.</summary>
    private static int Lowest(ReadOnlySpan<ulong> ranks)
    {
        var (lowest, at) = (ulong.MaxValue, -1);
        for (var i = 0; i < ranks.Length; i++)
        {
            if (ranks[i] < lowest)
            {
                (lowest, at) = (ranks[i], i);
            }
        }

        return at;
    }

    private static int MergeMany<TRule>(ref TRule rule, Span<MergeSymbol> symbols)
        where TRule : struct, IPairRule, allows ref struct
    {
        var heap = new Heap(symbols.Length);
        try
        {
            for (var i = 0; i < symbols.Length; i++)
            {
                symbols[i].Previous = i - 1;
                symbols[i].Next = i + 1 < symbols.Length ? i + 1 : -1;
                Consider(ref rule, symbols, i - 1, i, ref heap);
            }

            while (heap.TryPop(out var pair))
            {
                MergePair(ref rule, symbols, pair, ref heap);
            }
        }
        finally
        {
            heap.Dispose();
        }

        var count = 0;
        for (var i = 0; i >= 0;)
        {
            var next = symbols[i].Next;
            symbols[count++] = symbols[i];
            i = next;
        }

        return count;
    }

    private static void MergePair<TRule>(ref TRule rule, Span<MergeSymbol> symbols, in Pair pair, ref Heap heap)
        where TRule : struct, IPairRule, allows ref struct
    {
        ref var left = ref symbols[pair.Left];
        ref var right = ref symbols[pair.Right];

        // One of them has merged with another since: symbols only grow, so the sum of lengths tells.
        if (left.Length == 0 || right.Length == 0 || left.Length + right.Length != pair.Length)
        {
            return;
        }

        left.Length += right.Length;
        left.Piece = pair.Piece;
        left.Next = right.Next;
        right.Length = 0;
        if (right.Next >= 0)
        {
            symbols[right.Next].Previous = pair.Left;
        }

        Consider(ref rule, symbols, left.Previous, pair.Left, ref heap);
        Consider(ref rule, symbols, pair.Left, left.Next, ref heap);
    }

    private static void Consider<TRule>(ref TRule rule, Span<MergeSymbol> symbols, int left, int right, ref Heap heap)
        where TRule : struct, IPairRule, allows ref struct
    {
        if (left >= 0 && right >= 0 && rule.TryMerge(symbols[left], symbols[right], out var rank, out var piece))
        {
            heap.Push(new(((ulong)rank << 32) | (uint)left, right, symbols[left].Length + symbols[right].Length, piece));
        }
    }

    private readonly record struct Pair(ulong Key, int Right, int Length, int Piece)
    {
        public int Left => (int)(uint)Key;
    }

    private struct Heap(int capacity) : IDisposable
    {
        private Pair[] _pairs = ArrayPool<Pair>.Shared.Rent(capacity);
        private int _count;

        public void Push(Pair pair)
        {
            if (_count == _pairs.Length)
            {
                var larger = ArrayPool<Pair>.Shared.Rent(_count * 2);
                _pairs.AsSpan(0, _count).CopyTo(larger);
                ArrayPool<Pair>.Shared.Return(_pairs);
                _pairs = larger;
            }

            var at = _count++;
            while (at > 0 && _pairs[(at - 1) / 2].Key > pair.Key)
            {
                _pairs[at] = _pairs[(at - 1) / 2];
                at = (at - 1) / 2;
            }

            _pairs[at] = pair;
        }

        public bool TryPop(out Pair pair)
        {
            if (_count == 0)
            {
                pair = default;
                return false;
            }

            pair = _pairs[0];
            var last = _pairs[--_count];
            var at = 0;
            while (at * 2 + 1 < _count)
            {
                var child = at * 2 + 1;
                child += child + 1 < _count && _pairs[child + 1].Key < _pairs[child].Key ? 1 : 0;
                if (_pairs[child].Key >= last.Key)
                {
                    break;
                }

                _pairs[at] = _pairs[child];
                at = child;
            }

            _pairs[at] = last;
            return true;
        }

        public readonly void Dispose() => ArrayPool<Pair>.Shared.Return(_pairs);
    }
}
