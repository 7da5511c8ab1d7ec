using System.Runtime.Intrinsics;
using Signalbox.Inference.Kernels.Rows;

namespace Signalbox.Inference.Training.Layers;

/// <summary>Softmax of a row.</summary>
internal static unsafe class Softmax
{
    public static float Max(float* x, int count)
    {
        var max = float.NegativeInfinity;
        var i = 0;
        if (count >= 8)
        {
            var most = Vector256.Load(x);
            for (i = 8; i + 8 <= count; i += 8)
            {
                most = Vector256.Max(most, Vector256.Load(x + i));
            }

            for (var lane = 0; lane < 8; lane++)
            {
                max = MathF.Max(max, most[lane]);
            }
        }

        for (; i < count; i++)
        {
            max = MathF.Max(max, x[i]);
        }

        return max;
    }

    /// <summary>x = e^(x - shift); the sum of these.</summary>
    public static float Exponentiate(float* x, int count, float shift)
    {
        var sums = Vector256<float>.Zero;
        var i = 0;
        for (; i + 8 <= count; i += 8)
        {
            var power = Exponential.Of(Vector256.Load(x + i) - Vector256.Create(shift));
            power.Store(x + i);
            sums += power;
        }

        var sum = Vector256.Sum(sums);
        for (; i < count; i++)
        {
            x[i] = Exponential.Of(x[i] - shift);
            sum += x[i];
        }

        return sum;
    }
}
