using System.Runtime.Intrinsics;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Layers;
using Signalbox.Inference.Transformer;

namespace Signalbox.Inference.Training.Optimization;

/// <summary>Constants of the optimizer.</summary>
internal sealed record AdamWOptions
{
    /// <summary>How slowly the mean of the gradients forgets.</summary>
    public float Beta1 { get; init; } = 0.9f;

    /// <summary>How slowly the mean of their squares forgets.</summary>
    public float Beta2 { get; init; } = 0.95f;

    public float Epsilon { get; init; } = 1e-8f;

    /// <summary>Times the learning rate: the share that a decaying weight loses in a step.</summary>
    public float WeightDecay { get; init; } = 0.1f;
}

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2).</summary>
internal sealed unsafe class AdamW : IDisposable
{
    private const int Piece = 4096;

    private readonly ParameterSet _parameters;
    private readonly AdamWOptions _options;
    private readonly WorkerPool _pool;
    private readonly NativeBuffer _moments;
    private readonly double[] _partialSums;

    public AdamW(ParameterSet parameters, AdamWOptions options, WorkerPool pool)
    {
        (_parameters, _options, _pool) = (parameters, options, pool);
        _moments = NativeBuffer.OfFloats(2, parameters.Length);
        new Span<byte>(Means, checked((int)(parameters.Length * sizeof(float)))).Clear();
        new Span<byte>(Squares, checked((int)(parameters.Length * sizeof(float)))).Clear();
        _partialSums = GC.AllocateArray<double>(checked((int)((parameters.Length + Piece - 1) / Piece)), pinned: true);
    }

    /// <summary>Steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>Means of the gradients, laid out as the set is.</summary>
    public float* Means => _moments.Floats;

    /// <summary>Means of their squares, laid out as the set is.</summary>
    public float* Squares => _moments.Floats + _parameters.Length;

    /// <summary>The Euclidean norm of all gradients together. Summed in pieces of fixed size, so that it is the same with any number of threads.</summary>
    public double GradientNorm()
    {
        fixed (double* sums = _partialSums)
        {
            RowLoop.Run(_pool, _partialSums.Length, new SquareWork { X = _parameters.Gradients, Count = _parameters.Length, Sums = sums });
        }

        var sum = 0.0;
        foreach (var partial in _partialSums)
        {
            sum += partial;
        }

        return Math.Sqrt(sum);
    }

    /// <param name="rate">The learning rate of this step.</param>
    /// <param name="scale">What gradients are multiplied with before anything else: the mean over a batch, and clipping.</param>
    public void Step(double rate, double scale)
    {
        Steps++;
        var work = new UpdateWork
        {
            Beta1 = _options.Beta1,
            Beta2 = _options.Beta2,
            Epsilon = _options.Epsilon,
            GradientScale = (float)scale,
            // The corrections for moments that started at zero.
            Rate = (float)(rate / (1 - Math.Pow(_options.Beta1, Steps))),
            SquareScale = (float)(1 / (1 - Math.Pow(_options.Beta2, Steps))),
        };
        foreach (var parameter in _parameters.All)
        {
            work.Values = _parameters.Values + parameter.Offset;
            work.Gradients = _parameters.Gradients + parameter.Offset;
            work.Means = Means + parameter.Offset;
            work.Squares = Squares + parameter.Offset;
            work.Count = parameter.Count;
            work.Keep = parameter.Decays ? (float)(1 - rate * _options.WeightDecay) : 1;
            RowLoop.Run(_pool, (int)((parameter.Count + Piece - 1) / Piece), work);
        }
    }

    public void Dispose() => _moments.Dispose();

    private struct SquareWork : IRowWork
    {
        public float* X;
        public long Count;
        public double* Sums;

        public readonly void Take(int row)
        {
            var x = X + (long)row * Piece;
            var count = Math.Min(Piece, Count - (long)row * Piece);
            var sums = Vector256<double>.Zero;
            for (long i = 0; i + 8 <= count; i += 8)
            {
                var (lower, upper) = Vector256.Widen(Vector256.Load(x + i));
                sums += lower * lower + upper * upper;
            }

            // The length of a set is a multiple of 16: nothing remains.
            Sums[row] = Vector256.Sum(sums);
        }
    }

    private struct UpdateWork : IRowWork
    {
        public float* Values;
        public float* Gradients;
        public float* Means;
        public float* Squares;
        public long Count;
        public float Beta1;
        public float Beta2;
        public float Epsilon;
        public float GradientScale;
        public float Rate;
        public float SquareScale;
        public float Keep;

        public readonly void Take(int row)
        {
            var i = (long)row * Piece;
            var end = Math.Min(Count, i + Piece);
            var (beta1, beta2) = (Vector256.Create(Beta1), Vector256.Create(Beta2));
            var (rest1, rest2) = (Vector256.Create(1 - Beta1), Vector256.Create(1 - Beta2));
            for (; i + 8 <= end; i += 8)
            {
                var gradient = Vector256.Load(Gradients + i) * Vector256.Create(GradientScale);
                var mean = beta1 * Vector256.Load(Means + i) + rest1 * gradient;
                var square = beta2 * Vector256.Load(Squares + i) + rest2 * gradient * gradient;
                mean.Store(Means + i);
                square.Store(Squares + i);
                var step = mean / (Vector256.Sqrt(square * Vector256.Create(SquareScale)) + Vector256.Create(Epsilon));
                (Vector256.Load(Values + i) * Vector256.Create(Keep) - Vector256.Create(Rate) * step).Store(Values + i);
            }

            for (; i < end; i++)
            {
                var gradient = Gradients[i] * GradientScale;
                Means[i] = Beta1 * Means[i] + (1 - Beta1) * gradient;
                Squares[i] = Beta2 * Squares[i] + (1 - Beta2) * gradient * gradient;
                Values[i] = Values[i] * Keep - Rate * (Means[i] / (MathF.Sqrt(Squares[i] * SquareScale) + Epsilon));
            }
        }
    }
}
