using System.Runtime.Intrinsics;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Training.Layers;

/// <summary>
/// Which values of a matrix are dropped (Srivastava et al. 2014, scaled when training). A function of seed, pass, place and index, so that it need
/// not be stored: the backward pass, or a second forward pass, finds the same mask.
/// </summary>
internal readonly struct DropoutMask
{
    private readonly uint _key;
    private readonly uint _secondKey;
    private readonly uint _threshold;
    private readonly float _scale;

    /// <param name="rate">The share of dropped values: at least 0, less than 1.</param>
    /// <param name="seed">Of the pass.</param>
    /// <param name="place">Where in the model.</param>
    public DropoutMask(float rate, ulong seed, int place)
    {
        var mixed = Mix(seed + 0x9E3779B97F4A7C15 * (ulong)(place + 1));
        _key = (uint)mixed;
        _secondKey = (uint)(mixed >> 32);
        _threshold = (uint)(rate * 4294967296.0);
        _scale = 1 / (1 - rate);
    }

    public bool DropsNothing => _threshold == 0;

    /// <summary>A number that looks random (the finalizer of SplitMix64).</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The factors of eight neighbours: 0 or 1 / (1 - rate).</summary>
    public Vector256<float> Factors(uint index)
    {
        var h = Hash(Vector256.Create(index) + Vector256.Create(0u, 1, 2, 3, 4, 5, 6, 7));
        return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(h, Vector256.Create(_threshold)).AsSingle(), Vector256.Create(_scale), Vector256<float>.Zero);
    }

    /// <summary>The rounds of MurmurHash3's finalizer, keyed twice.</summary>
    private Vector256<uint> Hash(Vector256<uint> index)
    {
        var h = index * Vector256.Create(0x9E3779B1u) + Vector256.Create(_key);
        h ^= h >>> 16;
        h *= Vector256.Create(0x85EBCA6Bu);
        h ^= (h >>> 13) ^ Vector256.Create(_secondKey);
        h *= Vector256.Create(0xC2B2AE35u);
        return h ^ (h >>> 16);
    }
}

/// <summary>Sums of the residual stream, and what dropout makes of them.</summary>
internal static unsafe class Residuals
{
    /// <summary>y = x + dropped(delta). x may be y.</summary>
    public static void Add(WorkerPool pool, FloatMatrix x, FloatMatrix delta, FloatMatrix y, DropoutMask mask) =>
        RowLoop.Run(pool, y.Rows, new Work { X = x, HasX = true, Delta = delta, Y = y, Mask = mask });

    /// <summary>y = dropped(delta): dropout itself, and its gradient. y may be delta.</summary>
    public static void Drop(WorkerPool pool, FloatMatrix delta, FloatMatrix y, DropoutMask mask) =>
        RowLoop.Run(pool, y.Rows, new Work { HasX = false, Delta = delta, Y = y, Mask = mask });

    private struct Work : IRowWork
    {
        public FloatMatrix X;
        public bool HasX;
        public FloatMatrix Delta;
        public FloatMatrix Y;
        public DropoutMask Mask;

        public readonly void Take(int row)
        {
            var delta = Delta.Data + (long)row * Delta.Stride;
            var y = Y.Data + (long)row * Y.Stride;
            var columns = Y.Columns;
            var x = HasX ? X.Data + (long)row * X.Stride : null;
            var index = (uint)((long)row * ((columns + 7) & ~7));
            var keepsAll = Mask.DropsNothing;
            var i = 0;
            for (; i + 8 <= columns; i += 8)
            {
                var value = Vector256.Load(delta + i);
                value = keepsAll ? value : value * Mask.Factors(index + (uint)i);
                (x == null ? value : value + Vector256.Load(x + i)).Store(y + i);
            }

            var factors = keepsAll ? Vector256<float>.One : Mask.Factors(index + (uint)i);
            for (var lane = 0; i < columns; i++, lane++)
            {
                y[i] = delta[i] * factors[lane] + (x == null ? 0 : x[i]);
            }
        }
    }
}
