using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Attention;

/// <summary>Rotary position embedding of one head (arXiv:2104.09864).</summary>
internal static unsafe class Rope
{
    /// <summary>Turns the neighbouring pairs (2i, 2i + 1).</summary>
    /// <param name="x">[count]; changed.</param>
    /// <param name="cosines">[count]: each pair's cosine twice.</param>
    /// <param name="sines">[count]: each pair's sine twice, the first negative.</param>
    /// <param name="count">Even.</param>
    public static void Neighbours(float* x, float* cosines, float* sines, int count)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<int> swap = Vector512.Create(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
            for (; i + 16 <= count; i += 16)
            {
                Vector512<float> value = Vector512.Load(x + i);
                Vector512<float> other = Vector512.Shuffle(value, swap) * Vector512.Load(sines + i);
                Vector512.FusedMultiplyAdd(value, Vector512.Load(cosines + i), other).Store(x + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= count; i += 8)
            {
                Vector256<float> value = Vector256.Load(x + i);
                Vector256<float> other = Vector256.Shuffle(value, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)) * Vector256.Load(sines + i);
                Vector256.FusedMultiplyAdd(value, Vector256.Load(cosines + i), other).Store(x + i);
            }
        }

        for (; i < count; i += 2)
        {
            (float first, float second) = (x[i], x[i + 1]);
            x[i] = MathF.FusedMultiplyAdd(first, cosines[i], second * sines[i]);
            x[i + 1] = MathF.FusedMultiplyAdd(second, cosines[i + 1], first * sines[i + 1]);
        }
    }

    /// <summary>Turns the pairs (i, i + half).</summary>
    /// <param name="x">[2 * half]; changed.</param>
    /// <param name="cosines">[half].</param>
    /// <param name="sines">[half].</param>
    /// <param name="half">The number of pairs.</param>
    public static void Halves(float* x, float* cosines, float* sines, int half)
    {
        int i = 0;
        if (Avx512F.IsSupported)
        {
            for (; i + 16 <= half; i += 16)
            {
                Vector512<float> first = Vector512.Load(x + i);
                Vector512<float> second = Vector512.Load(x + half + i);
                Vector512<float> cosine = Vector512.Load(cosines + i);
                Vector512<float> sine = Vector512.Load(sines + i);
                Vector512.FusedMultiplyAdd(first, cosine, second * -sine).Store(x + i);
                Vector512.FusedMultiplyAdd(second, cosine, first * sine).Store(x + half + i);
            }
        }

        if (Vector256.IsHardwareAccelerated)
        {
            for (; i + 8 <= half; i += 8)
            {
                Vector256<float> first = Vector256.Load(x + i);
                Vector256<float> second = Vector256.Load(x + half + i);
                Vector256<float> cosine = Vector256.Load(cosines + i);
                Vector256<float> sine = Vector256.Load(sines + i);
                Vector256.FusedMultiplyAdd(first, cosine, second * -sine).Store(x + i);
                Vector256.FusedMultiplyAdd(second, cosine, first * sine).Store(x + half + i);
            }
        }

        for (; i < half; i++)
        {
            (float first, float second) = (x[i], x[half + i]);
            x[i] = MathF.FusedMultiplyAdd(first, cosines[i], second * -sines[i]);
            x[half + i] = MathF.FusedMultiplyAdd(second, cosines[i], first * sines[i]);
        }
    }
}
