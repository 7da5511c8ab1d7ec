using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>
/// What happens to each token's state around the products: bias, norm of the block's output, residual sum, norm for the next block. A part whose
/// pointer is null is left out.
/// </summary>
internal unsafe struct RowWork
{
    private const int FewValues = 16 * 1024;

    public int Rows;
    public int Columns;
    public float Epsilon;

    /// <summary>[Rows, Columns], added to the states; changed.</summary>
    public float* Delta;

    /// <summary>Added to each row of <see cref="Delta"/>.</summary>
    public float* DeltaBias;

    /// <summary>Norm of <see cref="Delta"/>.</summary>
    public NormWeights DeltaNorm;

    /// <summary>[Rows, Columns].</summary>
    public float* States;

    /// <summary>Norm of the states, which goes to <see cref="Normed"/>.</summary>
    public NormWeights Norm;

    /// <summary>May be the states themselves.</summary>
    public float* Normed;

    public static void Run(WorkerPool pool, RowWork* work)
    {
        if ((long)work->Rows * work->Columns <= FewValues)
        {
            TakeRows(work, 0, 1);
        }
        else
        {
            pool.Run(&TakeRows, work);
        }
    }

    private static void TakeRows(void* state, int thread, int threads)
    {
        RowWork* work = (RowWork*)state;
        for (int row = thread; row < work->Rows; row += threads)
        {
            work->Compute((long)row * work->Columns);
        }
    }

    private readonly void Compute(long offset)
    {
        float* state = States + offset;
        if (Delta != null)
        {
            float* delta = Delta + offset;
            if (DeltaBias != null)
            {
                Vectors.Add(DeltaBias, delta, Columns);
            }

            Normalize(DeltaNorm, delta, delta);
            Vectors.Add(delta, state, Columns);
        }

        Normalize(Norm, state, Normed + offset);
    }

    /// <summary>A norm with a bias is a layer norm, one without a root mean square norm.</summary>
    private readonly void Normalize(NormWeights norm, float* from, float* to)
    {
        if (norm.Bias != null)
        {
            Norms.Layer(from, norm.Weight, norm.Bias, to, Columns, Epsilon);
        }
        else if (norm.Weight != null)
        {
            Norms.Rms(from, norm.Weight, to, Columns, Epsilon);
        }
    }
}
