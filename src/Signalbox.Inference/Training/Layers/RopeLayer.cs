using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Rotary position embedding (arXiv:2104.09864) of neighbouring pairs, as GGUF files of architecture llama have it.</summary>
internal sealed unsafe class RopeLayer : IDisposable
{
    private readonly WorkerPool _pool;
    private readonly int _headLength;
    private readonly NativeBuffer _tables;
    private readonly int _positions;

    /// <param name="positions">Of the longest sequence.</param>
    /// <param name="headLength">Even.</param>
    /// <param name="frequencyBase">10,000 as a rule.</param>
    /// <param name="pool">The threads.</param>
    public RopeLayer(int positions, int headLength, float frequencyBase, WorkerPool pool)
    {
        _pool = pool;
        _headLength = headLength;
        _positions = positions;
        _tables = NativeBuffer.OfFloats(3L * positions, headLength);
        var step = MathF.Pow(frequencyBase, -2f / headLength);
        for (var position = 0; position < positions; position++)
        {
            // Multiplied up in single precision, as the engine does.
            float angle = position;
            for (var i = 0; i < headLength; i += 2, angle *= step)
            {
                var (sine, cosine) = (MathF.Sin(angle), MathF.Cos(angle));
                var at = (long)position * headLength + i;
                (Cosines[at], Cosines[at + 1]) = (cosine, cosine);
                (Sines[at], Sines[at + 1]) = (-sine, sine);
                (InverseSines[at], InverseSines[at + 1]) = (sine, -sine);
            }
        }
    }

    private float* Cosines => _tables.Floats;

    private float* Sines => _tables.Floats + (long)_positions * _headLength;

    private float* InverseSines => _tables.Floats + 2L * _positions * _headLength;

    /// <summary>Turns every head of every row, in place.</summary>
    /// <param name="x">[rows, heads * head length].</param>
    /// <param name="positions">[rows].</param>
    public void Forward(FloatMatrix x, int* positions) => Run(x, positions, Sines);

    /// <summary>Turns gradients back, in place.</summary>
    public void Backward(FloatMatrix dx, int* positions) => Run(dx, positions, InverseSines);

    public void Dispose() => _tables.Dispose();

    private void Run(FloatMatrix x, int* positions, float* sines) =>
        RowLoop.Run(_pool, x.Rows, new Turn { X = x, Positions = positions, Cosines = Cosines, Sines = sines, HeadLength = _headLength });

    private struct Turn : IRowWork
    {
        public FloatMatrix X;
        public int* Positions;
        public float* Cosines;
        public float* Sines;
        public int HeadLength;

        public readonly void Take(int row)
        {
            var table = (long)Positions[row] * HeadLength;
            for (var head = 0; head < X.Columns; head += HeadLength)
            {
                Rope.Neighbours(X.Data + (long)row * X.Stride + head, Cosines + table, Sines + table, HeadLength);
            }
        }
    }
}
