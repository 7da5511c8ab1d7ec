using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Training.Products;

/// <summary>Products of two F32 matrices, in the three forms that a linear layer and its gradients need.</summary>
internal sealed unsafe class FloatProduct(WorkerPool pool)
{
    /// <summary>c (+)= a b^T: a layer forward. a is [m, k], b [n, k] (weights by row), c [m, n].</summary>
    public void MultiplyByTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, false, b, true, c, add);

    /// <summary>c (+)= a b: the gradient of a layer's input. a is [m, k], b [k, n], c [m, n].</summary>
    public void Multiply(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, false, b, false, c, add);

    /// <summary>c (+)= a^T b: the gradient of a layer's weights. a is [k, m], b [k, n], c [m, n].</summary>
    public void MultiplyTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, true, b, false, c, add);

    private void Multiply(FloatMatrix a, bool transposedA, FloatMatrix b, bool transposedB, FloatMatrix c, bool add)
    {
        _ = pool;
        int depth = transposedA ? a.Rows : a.Columns;
        for (int i = 0; i < c.Rows; i++)
        {
            for (int j = 0; j < c.Columns; j++)
            {
                double sum = add ? c.Data[(nint)i * c.Stride + j] : 0;
                for (int p = 0; p < depth; p++)
                {
                    float left = transposedA ? a.Data[(nint)p * a.Stride + i] : a.Data[(nint)i * a.Stride + p];
                    sum += (double)left * (transposedB ? b.Data[(nint)j * b.Stride + p] : b.Data[(nint)p * b.Stride + j]);
                }

                c.Data[(nint)i * c.Stride + j] = (float)sum;
            }
        }
    }
}
