using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Sums and scales of rows.</summary>
internal static unsafe class Vectors
{
    /// <summary>y += x.</summary>
    public static void Add(float* x, float* y, long count)
    {
        long i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                (Vector512.Load(y + i) + Vector512.Load(x + i)).Store(y + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                (Vector256.Load(y + i) + Vector256.Load(x + i)).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] += x[i];
        }
    }

    /// <summary>y += factor * x.</summary>
    public static void AddScaled(float* x, float factor, float* y, long count)
    {
        long i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Create(factor), Vector512.Load(y + i)).Store(y + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Create(factor), Vector256.Load(y + i)).Store(y + i);
            }
        }

        for (; i < count; i++)
        {
            y[i] = MathF.FusedMultiplyAdd(x[i], factor, y[i]);
        }
    }

    /// <summary>x *= factor.</summary>
    public static void Scale(float* x, float factor, long count)
    {
        long i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= count; i += 16)
            {
                (Vector512.Load(x + i) * Vector512.Create(factor)).Store(x + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                (Vector256.Load(x + i) * Vector256.Create(factor)).Store(x + i);
            }
        }

        for (; i < count; i++)
        {
            x[i] *= factor;
        }
    }

    /// <summary>The sum over x[i] * y[i].</summary>
    public static float Dot(float* x, float* y, long count)
    {
        float sum = 0;
        long i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> sums = Vector512<float>.Zero;
            Vector512<float> others = Vector512<float>.Zero;
            for (; i + 32 <= count; i += 32)
            {
                sums = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sums);
                others = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + 16), Vector512.Load(y + i + 16), others);
            }

            sum = Vector512.Sum(sums + others);
        }

        if (Vector256.IsHardwareAccelerated)
        {
            Vector256<float> sums = Vector256<float>.Zero;
            for (; i + 8 <= count; i += 8)
            {
                sums = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), sums);
            }

            sum += Vector256.Sum(sums);
        }

        for (; i < count; i++)
        {
            sum = MathF.FusedMultiplyAdd(x[i], y[i], sum);
        }

        return sum;
    }
}
