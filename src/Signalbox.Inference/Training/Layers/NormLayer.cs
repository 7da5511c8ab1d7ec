using System.Runtime.Intrinsics;
using Signalbox.Inference.Kernels.Rows;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Root mean square norm of rows: y = x / sqrt(mean(x^2) + epsilon) * weight (arXiv:1910.07467).</summary>
/// <param name="weight">[D].</param>
/// <param name="gradient">[D], added to; null when the weight is frozen.</param>
/// <param name="epsilon">Of the norm.</param>
/// <param name="pool">The threads.</param>
internal sealed unsafe class NormLayer(float* weight, float* gradient, float epsilon, WorkerPool pool)
{
    private const int Block = 64;

    private readonly float* _weight = weight;
    private readonly float* _gradient = gradient;

    /// <summary>Overwrites y, which may not be x.</summary>
    public void Forward(FloatMatrix x, FloatMatrix y) =>
        RowLoop.Run(pool, x.Rows, new ForwardWork { X = x, Y = y, Weight = _weight, Epsilon = epsilon });

    /// <summary>Adds the gradient of the input to dx.</summary>
    /// <param name="dy">[rows, D].</param>
    /// <param name="x">The input of the forward pass.</param>
    /// <param name="dx">[rows, D], added to.</param>
    /// <param name="scales">[rows] of scratch.</param>
    public void Backward(FloatMatrix dy, FloatMatrix x, FloatMatrix dx, float* scales)
    {
        RowLoop.Run(pool, x.Rows, new BackwardWork { Dy = dy, X = x, Dx = dx, Weight = _weight, Scales = scales, Epsilon = epsilon });
        if (_gradient != null)
        {
            RowLoop.Run(pool, (x.Columns + Block - 1) / Block, new WeightWork { Dy = dy, X = x, Scales = scales, Gradient = _gradient });
        }
    }

    private struct ForwardWork : IRowWork
    {
        public FloatMatrix X;
        public FloatMatrix Y;
        public float* Weight;
        public float Epsilon;

        public readonly void Take(int row) =>
            Norms.Rms(X.Data + (long)row * X.Stride, Weight, Y.Data + (long)row * Y.Stride, X.Columns, Epsilon);
    }

    /// <summary>With r = 1 / sqrt(mean(x^2) + epsilon): dx += r w dy - x r^3 / D sum(w dy x).</summary>
    private struct BackwardWork : IRowWork
    {
        public FloatMatrix Dy;
        public FloatMatrix X;
        public FloatMatrix Dx;
        public float* Weight;
        public float* Scales;
        public float Epsilon;

        public readonly void Take(int row)
        {
            var x = X.Data + (long)row * X.Stride;
            var dy = Dy.Data + (long)row * Dy.Stride;
            var dx = Dx.Data + (long)row * Dx.Stride;
            var columns = X.Columns;
            var scale = 1f / MathF.Sqrt(Vectors.Dot(x, x, columns) / columns + Epsilon);
            Scales[row] = scale;
            var sums = Vector256<float>.Zero;
            var i = 0;
            for (; i + 8 <= columns; i += 8)
            {
                sums = Vector256.FusedMultiplyAdd(Vector256.Load(dy + i) * Vector256.Load(Weight + i), Vector256.Load(x + i), sums);
            }

            var sum = Vector256.Sum(sums);
            for (; i < columns; i++)
            {
                sum += dy[i] * Weight[i] * x[i];
            }

            var pull = -sum * scale * scale * scale / columns;
            for (i = 0; i + 8 <= columns; i += 8)
            {
                var value = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Create(pull), Vector256.Load(dx + i));
                Vector256.FusedMultiplyAdd(Vector256.Load(dy + i) * Vector256.Load(Weight + i), Vector256.Create(scale), value).Store(dx + i);
            }

            for (; i < columns; i++)
            {
                dx[i] += x[i] * pull + dy[i] * Weight[i] * scale;
            }
        }
    }

    private struct WeightWork : IRowWork
    {
        public FloatMatrix Dy;
        public FloatMatrix X;
        public float* Scales;
        public float* Gradient;

        public readonly void Take(int row)
        {
            var end = Math.Min((row + 1) * Block, X.Columns);
            for (var token = 0; token < X.Rows; token++)
            {
                var x = X.Data + (long)token * X.Stride;
                var dy = Dy.Data + (long)token * Dy.Stride;
                var i = row * Block;
                for (; i + 8 <= end; i += 8)
                {
                    Vector256.FusedMultiplyAdd(Vector256.Load(dy + i) * Vector256.Load(x + i), Vector256.Create(Scales[token]), Vector256.Load(Gradient + i)).Store(Gradient + i);
                }

                for (; i < end; i++)
                {
                    Gradient[i] += dy[i] * x[i] * Scales[token];
                }
            }
        }
    }
}
