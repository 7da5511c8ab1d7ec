using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels;

/// <summary>One product of a group that shares its input: Output[t, r] = sum over c of Weights[r, c] * input[t, c].</summary>
/// <param name="weights">[rows, columns].</param>
/// <param name="output">F32, one row of outputs per token.</param>
/// <param name="stride">Values between the output rows of two tokens.</param>
internal readonly unsafe struct Product(WeightMatrix weights, float* output, int stride)
{
    public readonly WeightMatrix Weights = weights;
    public readonly float* Output = output;
    public readonly int Stride = stride;
}

/// <summary>Products of weights with activations: matrix-vector for one token, blocked matrix-matrix for many.</summary>
internal static class MatrixProduct
{
    /// <summary>Does all products over one input in one go of the pool (q, k and v together; gate and up together). Allocates nothing.</summary>
    public static void Run(WorkerPool pool, Activations input, ReadOnlySpan<Product> products) => throw new NotImplementedException();
}
