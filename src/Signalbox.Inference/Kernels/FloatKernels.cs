using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

/// <summary>F32, F16 and BF16 weights; <typeparamref name="TWeights"/> widens them.</summary>
internal static unsafe class FloatKernels<TWeights>
    where TWeights : struct, IFloatWeights
{
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Avx512(RowTask* task)
    {
        float* first = TWeights.Input(task->Input);
        int columns = task->Input->Columns;
        for (int row = 0; row < task->Rows; row++)
        {
            byte* weights = task->Weights + row * task->RowBytes;
            int token = 0;
            for (; token + 4 <= task->Input->Rows; token += 4)
            {
                FourTokens(weights, first + (long)token * columns, columns, task->Output + (long)token * task->Stride + row, task->Stride);
            }

            for (; token < task->Input->Rows; token++)
            {
                task->Output[(long)token * task->Stride + row] = OneToken(weights, first + (long)token * columns, columns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneToken(byte* weights, float* x, int columns)
    {
        Vector512<float> even = Vector512<float>.Zero;
        Vector512<float> odd = Vector512<float>.Zero;
        int i = 0;
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourTokens(byte* weights, float* x, int columns, float* output, int stride)
    {
        Vector512<float> sum0 = Vector512<float>.Zero;
        Vector512<float> sum1 = Vector512<float>.Zero;
        Vector512<float> sum2 = Vector512<float>.Zero;
        Vector512<float> sum3 = Vector512<float>.Zero;
        nint columnStride = columns;
        nint i = 0;
        for (; i + 16 <= columns; i += 16)
        {
            byte* next = weights + i * TWeights.Bytes;
            Sse.Prefetch0(next + PrefetchDistance);
            Vector512<float> weight = TWeights.Load512(next);
            sum0 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(x + i), sum0);
            sum1 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(x + columnStride + i), sum1);
            sum2 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(x + 2 * columnStride + i), sum2);
            sum3 = Vector512.FusedMultiplyAdd(weight, Vector512.Load(x + 3 * columnStride + i), sum3);
        }

        float rest0 = Vector512.Sum(sum0);
        float rest1 = Vector512.Sum(sum1);
        float rest2 = Vector512.Sum(sum2);
        float rest3 = Vector512.Sum(sum3);
        for (; i < columns; i++)
        {
            float weight = TWeights.Load(weights + i * TWeights.Bytes);
            rest0 = MathF.FusedMultiplyAdd(weight, x[i], rest0);
            rest1 = MathF.FusedMultiplyAdd(weight, x[columnStride + i], rest1);
            rest2 = MathF.FusedMultiplyAdd(weight, x[2 * columnStride + i], rest2);
            rest3 = MathF.FusedMultiplyAdd(weight, x[3 * columnStride + i], rest3);
        }

        output[0] = rest0;
        output[stride] = rest1;
        output[2 * (nint)stride] = rest2;
        output[3 * (nint)stride] = rest3;
    }
}
