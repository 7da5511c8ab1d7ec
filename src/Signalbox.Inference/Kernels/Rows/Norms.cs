using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Norms of one row. Sums are taken in double precision: they decide about every value of the row.</summary>
internal static unsafe class Norms
{
    /// <summary>y = x / sqrt(mean(x^2) + epsilon) * weight (arXiv:1910.07467). x and y may be the same.</summary>
    public static void Rms(float* x, float* weight, float* y, int count, float epsilon)
    {
        float mean = (float)(SumOfSquares(x, count, 0) / count);
        Apply(x, weight, null, y, count, 0, 1f / MathF.Sqrt(mean + epsilon));
    }

    /// <summary>y = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias (arXiv:1607.06450). x and y may be the same.</summary>
    public static void Layer(float* x, float* weight, float* bias, float* y, int count, float epsilon)
    {
        float mean = (float)(Sum(x, count) / count);
        float variance = (float)(SumOfSquares(x, count, mean) / count);
        Apply(x, weight, bias, y, count, mean, 1f / MathF.Sqrt(variance + epsilon));
    }

    private static void Apply(float* x, float* weight, float* bias, float* y, int count, float mean, float scale)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> value = (Vector512.Load(x + i) - Vector512.Create(mean)) * Vector512.Create(scale) * Vector512.Load(weight + i);
                (bias == null ? value : value + Vector512.Load(bias + i)).Store(y + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> value = (Vector256.Load(x + i) - Vector256.Create(mean)) * Vector256.Create(scale) * Vector256.Load(weight + i);
                (bias == null ? value : value + Vector256.Load(bias + i)).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            float value = (x[i] - mean) * scale * weight[i];
            y[i] = bias == null ? value : value + bias[i];
        }
    }

    private static double Sum(float* x, int count)
    {
        double sum = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<double> sums = Vector256<double>.Zero;
            for (; i + 8 <= count; i += 8)
            {
                (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(Vector256.Load(x + i));
                sums += lower + upper;
            }

            sum = Vector256.Sum(sums);
        }

        for (; i < count; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    private static double SumOfSquares(float* x, int count, float mean)
    {
        double sum = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<double> sums = Vector256<double>.Zero;
            Vector256<double> others = Vector256<double>.Zero;
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> value = Vector256.Load(x + i) - Vector256.Create(mean);
                (Vector256<double> lower, Vector256<double> upper) = Vector256.Widen(value * value);
                sums += lower;
                others += upper;
            }

            sum = Vector256.Sum(sums + others);
        }

        for (; i < count; i++)
        {
            float value = x[i] - mean;
            sum += value * value;
        }

        return sum;
    }
}
