using Signalbox.Inference.Threading;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Products;

/// <summary>
/// Products of two F32 matrices, in the three forms that a linear layer and its gradients need. One caller at a time, like its pool; after the largest
/// product it allocates nothing. An output is the same bit for bit in every run and with any number of threads: its products are added in their order.
/// </summary>
internal sealed unsafe class FloatProduct(WorkerPool pool) : IDisposable
{
    private readonly NativeBuffer _shared = new(0);
    private readonly NativeBuffer _own = new((long)pool.Threads * ProductWork.ChunkValues * sizeof(float));

    /// <summary>c (+)= a b^T: a layer forward. a is [m, k], b [n, k] (weights by row), c [m, n].</summary>
    public void MultiplyByTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, true, b, true, c, add);

    /// <summary>c (+)= a b: the gradient of a layer's input. a is [m, k], b [k, n], c [m, n].</summary>
    public void Multiply(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, true, b, false, c, add);

    /// <summary>c (+)= a^T b: the gradient of a layer's weights. a is [k, m], b [k, n], c [m, n].</summary>
    public void MultiplyTransposed(FloatMatrix a, FloatMatrix b, FloatMatrix c, bool add) => Multiply(a, false, b, false, c, add);

    public void Dispose()
    {
        _shared.Dispose();
        _own.Dispose();
    }

    /// <param name="a">The left side.</param>
    /// <param name="rowsOfA">Whether the rows of a become rows of c, not its columns.</param>
    /// <param name="b">The right side.</param>
    /// <param name="rowsOfB">Whether the rows of b become columns of c, not its columns.</param>
    /// <param name="c">The output, which overlaps neither.</param>
    /// <param name="add">Whether it is added to.</param>
    private void Multiply(FloatMatrix a, bool rowsOfA, FloatMatrix b, bool rowsOfB, FloatMatrix c, bool add)
    {
        ProductWork work = new()
        {
            Left = new(a, rowsOfA, ProductTile.Rows),
            Right = new(b, rowsOfB, ProductTile.Columns),
            Output = c,
            Add = add,
        };
        if (work.Left.Lanes != c.Rows || work.Right.Lanes != c.Columns || work.Left.Depth != work.Right.Depth)
        {
            throw new ArgumentException(
                $"A product of [{a.Rows}, {a.Columns}] and [{b.Rows}, {b.Columns}] in this form has another shape than [{c.Rows}, {c.Columns}].", nameof(c));
        }

        if (c.Rows == 0 || c.Columns == 0)
        {
            return;
        }

        if (work.Depth == 0)
        {
            Clear(add ? default : c);
            return;
        }

        work.Plan(pool.Threads);
        _shared.Ensure(work.SharedValues * sizeof(float));
        work.Shared = _shared.Floats;
        work.Own = _own.Floats;
        pool.Run(&ProductWork.PackShared, &work);
        pool.Run(&ProductWork.MultiplyChunks, &work);
    }

    private static void Clear(FloatMatrix matrix)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            new Span<float>(matrix.Data + (nint)row * matrix.Stride, matrix.Columns).Clear();
        }
    }
}
