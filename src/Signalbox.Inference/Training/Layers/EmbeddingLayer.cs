using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>A row of a table for every token.</summary>
internal abstract unsafe class EmbeddingLayer
{
    /// <summary>Overwrites x.</summary>
    /// <param name="tokens">[x.Rows].</param>
    /// <param name="x">[tokens, D].</param>
    public abstract void Forward(int* tokens, FloatMatrix x);

    /// <summary>Adds to the gradients of what learns.</summary>
    /// <param name="tokens">[dx.Rows].</param>
    /// <param name="dx">[tokens, D].</param>
    public abstract void Backward(int* tokens, FloatMatrix dx);
}

/// <summary>An embedding whose F32 table learns.</summary>
/// <param name="table">[vocabulary, D].</param>
/// <param name="pool">The threads.</param>
internal sealed unsafe class TrainedEmbedding(Parameter table, WorkerPool pool) : EmbeddingLayer
{
    private const int Block = 64;

    public override void Forward(int* tokens, FloatMatrix x) =>
        RowLoop.Run(pool, x.Rows, new Gather { Tokens = tokens, Table = table.Values, X = x });

    public override void Backward(int* tokens, FloatMatrix dx) =>
        RowLoop.Run(pool, (dx.Columns + Block - 1) / Block, new Scatter { Tokens = tokens, Table = table.Gradients, X = dx });

    private struct Gather : IRowWork
    {
        public int* Tokens;
        public FloatMatrix Table;
        public FloatMatrix X;

        public readonly void Take(int row) =>
            new Span<float>(Table.Data + (long)Tokens[row] * Table.Stride, X.Columns).CopyTo(new Span<float>(X.Data + (long)row * X.Stride, X.Columns));
    }

    /// <summary>Takes columns, not rows: tokens repeat, and the order of a sum must not depend on threads.</summary>
    private struct Scatter : IRowWork
    {
        public int* Tokens;
        public FloatMatrix Table;
        public FloatMatrix X;

        public readonly void Take(int row)
        {
            var column = row * Block;
            var count = Math.Min(Block, X.Columns - column);
            for (var i = 0; i < X.Rows; i++)
            {
                Vectors.Add(X.Data + (long)i * X.Stride + column, Table.Data + (long)Tokens[i] * Table.Stride + column, count);
            }
        }
    }
}
