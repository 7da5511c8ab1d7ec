using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Kernels.Attention;

/// <summary>Some following tokens of one sequence, whose attention is computed together, and the cache that they look at.</summary>
internal unsafe struct AttentionTile
{
    /// <summary>The first head's keys and values of the layer, and the bytes to the next head's.</summary>
    public byte* Keys;
    public byte* Values;
    public long KeyStride;
    public long ValueStride;
    public CacheFormat Format;

    /// <summary>Index of the first token in the batch.</summary>
    public int Token;
    public int Count;

    /// <summary>The first token's position.</summary>
    public int Position;

    /// <summary>Positions that every token sees, for encoders; 0 where a token sees itself and what is before it.</summary>
    public int SeenByAll;
}

/// <summary>
/// Attention of all tokens and heads of a layer over their caches: softmax(scale * q K^T) V per head. A piece of work is a tile of tokens and the
/// query heads that share a key head, so that a block of the cache is read and widened once for up to <see cref="MostRows"/> rows.
/// Where the cache is F16, queries and probabilities are rounded to F16 too.
/// </summary>
internal unsafe struct AttentionWork
{
    /// <summary>The most rows (tokens x query heads) of one piece.</summary>
    public const int MostRows = 32;

    private const int ValueTile = 2 * CacheFormat.BlockPositions;

    /// <summary>[tokens, heads, KeyLength] and its row stride.</summary>
    public float* Queries;
    public int QueryStride;

    /// <summary>[tokens, heads, ValueLength] and its row stride.</summary>
    public float* Output;
    public int OutputStride;

    public AttentionTile* Tiles;
    public int TileCount;
    public int KeyValueHeads;

    /// <summary>Query heads per key head, and how many of them one piece has.</summary>
    public int Group;
    public int HeadsPerPiece;

    public int KeyLength;
    public int ValueLength;
    public float Scale;
    public bool ScalesQueries;

    /// <summary>0 for none.</summary>
    public float SoftCap;

    /// <summary>Positions that a token sees, itself included.</summary>
    public int Window;

    /// <summary>[threads, ScratchBytes]; see <see cref="ScratchFor"/>.</summary>
    public byte* Scratch;
    public long ScratchBytes;

    private int _taken;

    /// <summary>Query heads of a piece: all that share a key head, fewer where there would be too few pieces for the threads.</summary>
    public static int ChooseHeads(int group, int keyValueHeads, int tokens, int threads)
    {
        int pieces = Math.Max(1, (int)((long)tokens * group / MostRows)) * keyValueHeads;
        int splits = Math.Clamp((2 * threads + pieces - 1) / pieces, 1, group);
        return Math.Min((group + splits - 1) / splits, MostRows);
    }

    /// <summary>Bytes that a thread needs for tokens that see at most <paramref name="positions"/> positions.</summary>
    public static long ScratchFor(int keyLength, int valueLength, long positions) =>
        sizeof(float) * ((long)(MostRows + CacheFormat.BlockPositions) * keyLength
            + (long)(MostRows + ValueTile) * Padded(valueLength)
            + MostRows * ScoreStride(positions)) + 64;

    public static void Run(WorkerPool pool, AttentionWork* work)
    {
        work->_taken = 0;
        pool.Run(&TakePieces, work);
    }

    private static long ScoreStride(long positions) => Padded(positions) + (2 * CacheFormat.BlockPositions) + 16;

    private static long Padded(long count) => (count + 15) & ~15L;

    private static void TakePieces(void* state, int thread, int threads)
    {
        AttentionWork* work = (AttentionWork*)state;
        int splits = (work->Group + work->HeadsPerPiece - 1) / work->HeadsPerPiece;
        int perTile = work->KeyValueHeads * splits;
        int pieces = work->TileCount * perTile;
        for (int piece = Interlocked.Increment(ref work->_taken) - 1; piece < pieces; piece = Interlocked.Increment(ref work->_taken) - 1)
        {
            // The last tiles of a prompt see the most, so they come first and the threads end together.
            AttentionTile* tile = work->Tiles + (work->TileCount - 1 - (piece / perTile));
            int head = piece % perTile / splits;
            int first = piece % splits * work->HeadsPerPiece;
            int heads = Math.Min(work->HeadsPerPiece, work->Group - first);
            work->Compute(tile, head, (head * work->Group) + first, heads, work->Scratch + (thread * work->ScratchBytes));
        }
    }

    private readonly void Compute(AttentionTile* tile, int keyHead, int queryHead, int heads, byte* scratch)
    {
        int last = tile->Position + tile->Count - 1;
        int end = tile->SeenByAll > 0 ? tile->SeenByAll : last + 1;
        int start = tile->SeenByAll > 0 ? 0 : Start(tile->Position) & -CacheFormat.BlockPositions;
        int rows = heads * tile->Count;
        long stride = ScoreStride(end - start);
        int valueStride = (int)Padded(ValueLength);
        float* queries = (float*)(((nint)scratch + 63) & ~63);
        float* keys = queries + (MostRows * KeyLength);
        float* values = keys + (CacheFormat.BlockPositions * KeyLength);
        float* mixes = values + (ValueTile * valueStride);
        float* scores = mixes + (MostRows * valueStride);

        PackQueries(tile, queryHead, rows, queries);
        for (int position = start; position < end; position += CacheFormat.BlockPositions)
        {
            float* block = tile->Format.ReadKeys(tile->Keys + (keyHead * tile->KeyStride), position / CacheFormat.BlockPositions, keys);
            for (int row = 0, group; row < rows; row += group)
            {
                group = AttentionProducts.GroupOf(rows - row);
                AttentionProducts.Scores(queries + (row * KeyLength), group, block, KeyLength, scores + (row * stride) + (position - start), stride);
            }
        }

        bool halves = tile->Format.Type == KvCacheType.F16;
        for (int row = 0; row < rows; row++)
        {
            int position = tile->Position + (row % tile->Count);
            (int from, int to) = tile->SeenByAll > 0 ? (0, end) : (Start(position), position + 1);
            Softmax(scores + (row * stride), from - start, to - start, (int)Padded(end - start), halves);
        }

        new Span<float>(mixes, rows * valueStride).Clear();
        if (valueStride != ValueLength)
        {
            new Span<float>(values, ValueTile * valueStride).Clear();
        }

        for (int position = start; position < end; position += ValueTile)
        {
            int count = Math.Min(ValueTile, end - position);
            float* read = tile->Format.ReadValues(tile->Values + (keyHead * tile->ValueStride), position, count, values, valueStride);
            for (int row = 0, group; row < rows; row += group)
            {
                group = AttentionProducts.GroupOf(rows - row);
                AttentionProducts.Mix(scores + (row * stride) + (position - start), stride, group, read, count, valueStride, mixes + (row * valueStride));
            }
        }

        for (int row = 0; row < rows; row++)
        {
            float* output = Output + ((long)(tile->Token + (row % tile->Count)) * OutputStride) + ((queryHead + (row / tile->Count)) * ValueLength);
            new Span<float>(mixes + (row * valueStride), ValueLength).CopyTo(new Span<float>(output, ValueLength));
        }
    }

    private readonly int Start(int position) => Window > position ? 0 : position + 1 - Window;

    /// <summary>The rows of each group turned, so that one value of all its rows stands together.</summary>
    private readonly void PackQueries(AttentionTile* tile, int queryHead, int rows, float* packed)
    {
        float scale = ScalesQueries ? Scale : 1f;
        for (int first = 0, group; first < rows; first += group)
        {
            group = AttentionProducts.GroupOf(rows - first);
            for (int row = first; row < first + group; row++)
            {
                float* query = Queries + ((long)(tile->Token + (row % tile->Count)) * QueryStride) + ((queryHead + (row / tile->Count)) * KeyLength);
                float* target = packed + (first * KeyLength) + (row - first);
                for (int d = 0; d < KeyLength; d++)
                {
                    target[d * group] = query[d] * scale;
                }
            }
        }

        if (tile->Format.Type == KvCacheType.F16)
        {
            Halves.Round(packed, packed, rows * KeyLength);
        }
    }

    /// <summary>Scores to probabilities; what a token does not see becomes 0.</summary>
    private readonly void Softmax(float* scores, int from, int to, int padded, bool halves)
    {
        float scale = ScalesQueries ? 1f : Scale;
        if (SoftCap > 0)
        {
            Gating.SoftCap(scores + from, to - from, SoftCap);
        }

        new Span<float>(scores, from).Fill(float.NegativeInfinity);
        new Span<float>(scores + to, padded - to).Fill(float.NegativeInfinity);
        double sum = Exponentiate(scores, padded, scale);
        float inverse = (float)(1 / sum);
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i < padded; i += 16)
            {
                Vector512<float> value = Vector512.Load(scores + i) * Vector512.Create(inverse);
                (halves ? Halves.Round(value) : value).Store(scores + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i < padded; i += 8)
            {
                Vector256<float> value = Vector256.Load(scores + i) * Vector256.Create(inverse);
                (halves ? Halves.Round(value) : value).Store(scores + i);
            }
        }

        for (; i < padded; i++)
        {
            float value = scores[i] * inverse;
            scores[i] = halves ? (float)(Half)value : value;
        }
    }

    /// <summary>x = e^(scale * x - largest) of a multiple of 16 values; returns their sum.</summary>
    private static double Exponentiate(float* x, int count, float scale)
    {
        double sum = 0;
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
            for (; i < count; i += 16)
            {
                largest = Vector512.Max(largest, Vector512.Load(x + i));
            }

            Vector512<float> most = Vector512.Create(Largest(Vector256.Max(largest.GetLower(), largest.GetUpper())) * scale);
            Vector512<double> sums = Vector512<double>.Zero;
            for (i = 0; i < count; i += 16)
            {
                Vector512<float> value = Exponential.Of(Vector512.Load(x + i) * Vector512.Create(scale) - most);
                value.Store(x + i);
                (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(value);
                sums += lower + upper;
            }

            return Vector512.Sum(sums);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> largest = Vector256.Create(float.NegativeInfinity);
            for (; i < count; i += 8)
            {
                largest = Vector256.Max(largest, Vector256.Load(x + i));
            }

            Vector256<float> most = Vector256.Create(Largest(largest) * scale);
            Vector256<double> sums = Vector256<double>.Zero;
            for (i = 0; i < count; i += 8)
            {
                Vector256<float> value = Exponential.Of(Vector256.Load(x + i) * Vector256.Create(scale) - most);
                value.Store(x + i);
                (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(value);
                sums += lower + upper;
            }

            return Vector256.Sum(sums);
        }

        float bound = float.NegativeInfinity;
        for (i = 0; i < count; i++)
        {
            bound = MathF.Max(bound, x[i]);
        }

        for (i = 0; i < count; i++)
        {
            x[i] = Exponential.Of((x[i] * scale) - (bound * scale));
            sum += x[i];
        }

        return sum;
    }

    private static float Largest(Vector256<float> values)
    {
        float largest = values[0];
        for (int i = 1; i < Vector256<float>.Count; i++)
        {
            largest = MathF.Max(largest, values[i]);
        }

        return largest;
    }
}
