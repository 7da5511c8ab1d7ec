using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels.Attention;

/// <summary>Where one token's keys and values go.</summary>
internal unsafe struct CacheSlot
{
    public byte* Keys;
    public byte* Values;
    public long KeyStride;
    public long ValueStride;
    public CacheFormat Format;
    public int Position;
}

/// <summary>What stands between the products for queries, keys and values and attention: biases, the turn by position, the cache.</summary>
internal unsafe struct AttentionInputs
{
    private const int FewTokens = 4;

    /// <summary>[tokens, heads, KeyLength].</summary>
    public float* Queries;

    /// <summary>[tokens, key heads, KeyLength].</summary>
    public float* Keys;

    /// <summary>[tokens, key heads, ValueLength].</summary>
    public float* Values;

    /// <summary>[heads * KeyLength], or null; likewise the others.</summary>
    public float* QueryBias;
    public float* KeyBias;
    public float* ValueBias;

    public int Tokens;
    public int Heads;
    public int KeyValueHeads;
    public int KeyLength;
    public int ValueLength;

    /// <summary>[tokens, RopeDimensions] each, or null: see <see cref="Rope"/>.</summary>
    public float* Cosines;
    public float* Sines;
    public int RopeDimensions;
    public bool SplitHalves;

    /// <summary>[tokens].</summary>
    public CacheSlot* Slots;

    public static void Run(WorkerPool pool, AttentionInputs* work)
    {
        if (work->Tokens <= FewTokens)
        {
            TakeTokens(work, 0, 1);
        }
        else
        {
            pool.Run(&TakeTokens, work);
        }
    }

    private static void TakeTokens(void* state, int thread, int threads)
    {
        AttentionInputs* work = (AttentionInputs*)state;
        for (int token = thread; token < work->Tokens; token += threads)
        {
            work->Compute(token);
        }
    }

    private readonly void Compute(int token)
    {
        int keyValues = KeyValueHeads * KeyLength;
        float* queries = Queries + ((long)token * Heads * KeyLength);
        float* keys = Keys + ((long)token * keyValues);
        float* values = Values + ((long)token * KeyValueHeads * ValueLength);
        AddBias(QueryBias, queries, Heads * KeyLength);
        AddBias(KeyBias, keys, keyValues);
        AddBias(ValueBias, values, KeyValueHeads * ValueLength);
        if (Cosines != null)
        {
            Turn(queries, Heads, token);
            Turn(keys, KeyValueHeads, token);
        }

        CacheSlot* slot = Slots + token;
        for (int head = 0; head < KeyValueHeads; head++)
        {
            slot->Format.WriteKey(slot->Keys + (head * slot->KeyStride), slot->Position, keys + (head * KeyLength));
            slot->Format.WriteValue(slot->Values + (head * slot->ValueStride), slot->Position, values + (head * ValueLength));
        }
    }

    private readonly void Turn(float* heads, int count, int token)
    {
        float* cosines = Cosines + ((long)token * RopeDimensions);
        float* sines = Sines + ((long)token * RopeDimensions);
        for (int head = 0; head < count; head++)
        {
            if (SplitHalves)
            {
                Rope.Halves(heads + (head * KeyLength), cosines, sines, RopeDimensions / 2);
            }
            else
            {
                Rope.Neighbours(heads + (head * KeyLength), cosines, sines, RopeDimensions);
            }
        }
    }

    private static void AddBias(float* bias, float* row, int count)
    {
        if (bias != null)
        {
            Vectors.Add(bias, row, count);
        }
    }
}
