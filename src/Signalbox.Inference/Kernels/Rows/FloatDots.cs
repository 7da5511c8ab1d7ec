using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>F32, F16 and BF16 weights 16 at a time; <typeparamref name="TWeights"/> widens them.</summary>
internal readonly unsafe struct FloatDot512<TWeights> : IRowDot
    where TWeights : struct, IFloatWeights
{
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of(byte* weights, ActivationForms* input, int token)
    {
        nint columns = input->Columns;
        float* x = TWeights.Input(input) + token * columns;
        Vector512<float> even = Vector512<float>.Zero;
        Vector512<float> odd = Vector512<float>.Zero;
        nint i = 0;
        for (; i + 32 <= columns; i += 32)
        {
            byte* next = weights + i * TWeights.Bytes;
            Sse.Prefetch0(next + PrefetchDistance);
            if (TWeights.Bytes == 4)
            {
                Sse.Prefetch0(next + PrefetchDistance + 64);
            }

            even = Vector512.FusedMultiplyAdd(TWeights.Load512(next), Vector512.Load(x + i), even);
            odd = Vector512.FusedMultiplyAdd(TWeights.Load512(next + 16 * TWeights.Bytes), Vector512.Load(x + i + 16), odd);
        }

        float sum = Vector512.Sum(even + odd);
        for (; i < columns; i++)
        {
            sum = MathF.FusedMultiplyAdd(TWeights.Load(weights + i * TWeights.Bytes), x[i], sum);
        }

        return sum;
    }
}

/// <summary>The same, 8 at a time; where there are vectors of 128 bits only (Arm), the runtime makes two of each.</summary>
internal readonly unsafe struct FloatDot256<TWeights> : IRowDot
    where TWeights : struct, IFloatWeights
{
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of(byte* weights, ActivationForms* input, int token)
    {
        nint columns = input->Columns;
        float* x = TWeights.Input(input) + token * columns;
        Vector256<float> even = Vector256<float>.Zero;
        Vector256<float> odd = Vector256<float>.Zero;
        nint i = 0;
        for (; i + 16 <= columns; i += 16)
        {
            byte* next = weights + i * TWeights.Bytes;
            if (Sse.IsSupported)
            {
                Sse.Prefetch0(next + PrefetchDistance);
            }

            even = Vector256.FusedMultiplyAdd(TWeights.Load256(next), Vector256.Load(x + i), even);
            odd = Vector256.FusedMultiplyAdd(TWeights.Load256(next + 8 * TWeights.Bytes), Vector256.Load(x + i + 8), odd);
        }

        float sum = Vector256.Sum(even + odd);
        for (; i < columns; i++)
        {
            sum = MathF.FusedMultiplyAdd(TWeights.Load(weights + i * TWeights.Bytes), x[i], sum);
        }

        return sum;
    }
}
