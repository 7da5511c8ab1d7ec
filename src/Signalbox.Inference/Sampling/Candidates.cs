using System.Numerics;

namespace Signalbox.Inference.Sampling;

/// <summary>
/// Tokens in the order of their logits, as 64-bit keys that sort ascending: the turned-over logit above, the token below. So the best come
/// first, of equal logits the lowest token, and no two keys are equal: every selection has one answer. NaN and -infinity are no candidates;
/// +infinity counts as the largest number.
/// </summary>
internal static class Candidates
{
    public static ulong Key(float logit, int token)
    {
        var bits = BitConverter.SingleToUInt32Bits(Math.Min(logit, float.MaxValue));
        // Negative numbers sort backwards by their bits, and below the positive ones.
        var ascending = (bits & 0x8000_0000) == 0 ? bits | 0x8000_0000 : ~bits;
        return ((ulong)~ascending << 32) | (uint)token;
    }

    public static int Token(ulong key) => (int)(uint)key;

    public static float Logit(ulong key)
    {
        var ascending = ~(uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((ascending & 0x8000_0000) != 0 ? ascending & 0x7FFF_FFFF : ~ascending);
    }

    /// <summary>The keys of the best, sorted; for few of many: one pass over the logits that looks closer only where one beats the worst so far.</summary>
    /// <returns>How many there are: fewer than asked for where the logits have fewer candidates.</returns>
    public static int SelectBest(ReadOnlySpan<float> logits, Span<ulong> best)
    {
        var count = 0;
        var i = 0;
        for (; i < logits.Length && count < best.Length; i++)
        {
            if (logits[i] > float.NegativeInfinity)
            {
                best[count++] = Key(logits[i], i);
            }
        }

        if (count == best.Length && count > 0)
        {
            Improve(logits, i, best);
        }

        best[..count].Sort();
        return count;
    }

    /// <summary>The keys of all candidates, unsorted.</summary>
    public static int Fill(ReadOnlySpan<float> logits, Span<ulong> keys)
    {
        var count = 0;
        for (var i = 0; i < logits.Length; i++)
        {
            if (logits[i] > float.NegativeInfinity)
            {
                keys[count++] = Key(logits[i], i);
            }
        }

        return count;
    }

    /// <summary>Moves the <paramref name="count"/> best to the front, in any order. Source: C. A. R. Hoare, "Algorithm 65: Find" (1961).</summary>
    public static void Partition(Span<ulong> keys, int count)
    {
        var low = 0;
        var high = keys.Length - 1;
        while (low < high)
        {
            var pivot = Median(keys[low], keys[low + (high - low) / 2], keys[high]);
            var i = low;
            var j = high;
            while (i <= j)
            {
                while (keys[i] < pivot)
                {
                    i++;
                }

                while (keys[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    i++;
                    j--;
                }
            }

            if (count - 1 <= j)
            {
                high = j;
            }
            else if (count - 1 >= i)
            {
                low = i;
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>A heap with the worst of the best on top, through which the rest of the logits goes.</summary>
    private static void Improve(ReadOnlySpan<float> logits, int i, Span<ulong> heap)
    {
        for (var parent = heap.Length / 2 - 1; parent >= 0; parent--)
        {
            Sink(heap, parent);
        }

        var worst = Logit(heap[0]);
        while (i < logits.Length)
        {
            var rest = logits[i..];
            if (rest.Length >= Vector<float>.Count && !Vector.GreaterThanAny(new Vector<float>(rest), new Vector<float>(worst)))
            {
                i += Vector<float>.Count;
                continue;
            }

            for (var end = i + Math.Min(Vector<float>.Count, rest.Length); i < end; i++)
            {
                if (logits[i] > worst && Key(logits[i], i) is var key && key < heap[0])
                {
                    heap[0] = key;
                    Sink(heap, 0);
                    worst = Logit(heap[0]);
                }
            }
        }
    }

    private static void Sink(Span<ulong> heap, int parent)
    {
        for (var child = 2 * parent + 1; child < heap.Length; child = 2 * parent + 1)
        {
            if (child + 1 < heap.Length && heap[child + 1] > heap[child])
            {
                child++;
            }

            if (heap[parent] >= heap[child])
            {
                return;
            }

            (heap[parent], heap[child]) = (heap[child], heap[parent]);
            parent = child;
        }
    }

    private static ulong Median(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
