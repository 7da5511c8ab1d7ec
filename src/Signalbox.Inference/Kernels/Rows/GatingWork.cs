using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>The function between the two halves of a feed-forward block, for all tokens.</summary>
internal unsafe struct GatingWork
{
    private const int FewValues = 8 * 1024;

    public GatingKind Kind;

    /// <summary>See <see cref="Gating.GeluTable"/>; null where it is not needed.</summary>
    public float* GeluTable;

    /// <summary>[Rows, Columns], or null without a gate.</summary>
    public float* Gate;

    /// <summary>[Rows, Columns]; changed.</summary>
    public float* Up;

    /// <summary>[Columns], added first, or null.</summary>
    public float* GateBias;
    public float* UpBias;

    public int Rows;
    public int Columns;

    public static void Run(WorkerPool pool, GatingWork* work)
    {
        long values = (long)work->Rows * work->Columns;
        if (work->GateBias != null || work->UpBias != null)
        {
            AddBiases(work);
        }

        if (values <= FewValues)
        {
            TakeRange(work, 0, 1);
        }
        else
        {
            pool.Run(&TakeRange, work);
        }
    }

    private static void AddBiases(GatingWork* work)
    {
        for (int row = 0; row < work->Rows; row++)
        {
            if (work->GateBias != null && work->Gate != null)
            {
                Vectors.Add(work->GateBias, work->Gate + ((long)row * work->Columns), work->Columns);
            }

            if (work->UpBias != null)
            {
                Vectors.Add(work->UpBias, work->Up + ((long)row * work->Columns), work->Columns);
            }
        }
    }

    /// <summary>An equal share of all values, in multiples of 16 so that only the last has a remainder.</summary>
    private static void TakeRange(void* state, int thread, int threads)
    {
        GatingWork* work = (GatingWork*)state;
        long values = (long)work->Rows * work->Columns;
        long share = ((values + threads - 1) / threads + 15) & ~15L;
        long first = Math.Min(values, thread * share);
        long count = Math.Min(values - first, share);
        float* up = work->Up + first;
        switch (work->Kind)
        {
            case GatingKind.Silu:
                Gating.Silu(work->Gate + first, up, count);
                break;
            case GatingKind.Gelu:
                Gating.Gelu(work->GeluTable, work->Gate + first, up, count);
                break;
            default:
                Gating.GeluWithoutGate(work->GeluTable, up, count);
                break;
        }
    }
}
