using System.Runtime.Intrinsics;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Softmax cross-entropy of rows of logits, with label smoothing (arXiv:1512.00567, section 7).</summary>
internal static unsafe class CrossEntropy
{
    /// <summary>Overwrites losses and hits, and, when it is learned from them, the logits with their gradients.</summary>
    /// <param name="pool">The threads.</param>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="targets">What each row is to say, how much it counts, and room for what comes out.</param>
    /// <param name="smoothing">The share of the target that is spread over the whole vocabulary.</param>
    /// <param name="learn">Whether gradients are wanted.</param>
    public static void Run(WorkerPool pool, FloatMatrix logits, TargetRows targets, float smoothing, bool learn) =>
        RowLoop.Run(pool, logits.Rows, new Work { Logits = logits, Targets = targets, Smoothing = smoothing, Learn = learn });

    private struct Work : IRowWork
    {
        public FloatMatrix Logits;
        public TargetRows Targets;
        public float Smoothing;
        public bool Learn;

        public readonly void Take(int row)
        {
            var x = Logits.Data + (long)row * Logits.Stride;
            var (count, target, weight) = (Logits.Columns, Targets.Targets[row], Targets.Weights[row]);
            var wanted = x[target];
            var total = Smoothing > 0 ? Sum(x, count) : 0;
            var max = Softmax.Max(x, count);
            var sum = Softmax.Exponentiate(x, count, max);
            Targets.Hits[row] = wanted >= max ? 1 : 0;
            Targets.Losses[row] = weight * (max + Math.Log(sum) - (1.0 - Smoothing) * wanted - Smoothing / count * total);
            if (Learn)
            {
                Differentiate(x, count, weight / sum, weight * Smoothing / count);
                x[target] -= weight * (1 - Smoothing);
            }
        }

        private static void Differentiate(float* x, int count, float scale, float spread)
        {
            var i = 0;
            for (; i + 8 <= count; i += 8)
            {
                (Vector256.Load(x + i) * Vector256.Create(scale) - Vector256.Create(spread)).Store(x + i);
            }

            for (; i < count; i++)
            {
                x[i] = x[i] * scale - spread;
            }
        }

        private static double Sum(float* x, int count)
        {
            var sum = 0.0;
            for (var i = 0; i < count; i++)
            {
                sum += x[i];
            }

            return sum;
        }
    }
}

/// <summary>Targets of consecutive rows, and room for what becomes of them.</summary>
internal unsafe struct TargetRows
{
    public int* Targets;
    public float* Weights;

    /// <summary>Each row's loss times its weight.</summary>
    public double* Losses;

    /// <summary>1 where no other token was likelier than the target.</summary>
    public int* Hits;

    public readonly TargetRows From(int row) => new() { Targets = Targets + row, Weights = Weights + row, Losses = Losses + row, Hits = Hits + row };
}
