using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

/// <summary>Q8_0 weights times Q8_0 input.</summary>
internal static unsafe class Q8Kernels
{
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vnni(RowTask* task)
    {
        for (int row = 0; row < task->Rows; row++)
        {
            byte* weights = task->Weights + row * task->RowBytes;
            int token = 0;
            for (; token + 4 <= task->Input->Rows; token += 4)
            {
                FourTokens(weights, task->Input, token, task->Output + (long)token * task->Stride + row, task->Stride);
            }

            for (; token < task->Input->Rows; token++)
            {
                task->Output[(long)token * task->Stride + row] = OneToken(weights, task->Input, token);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneToken(byte* weights, ActivationForms* input, int token)
    {
        sbyte* x = input->Q8Values + (long)token * input->ByteStride;
        float* scales = input->Q8Scales + (long)token * input->BlockStride;
        int* offsets = input->Q8Offsets + (long)token * input->BlockStride;
        Vector256<float> even = Vector256<float>.Zero;
        Vector256<float> odd = Vector256<float>.Zero;
        int blocks = input->Columns / 32;
        int block = 0;
        for (; block + 2 <= blocks; block += 2)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            even = Add(even, Biased(weights), HalfBits.Broadcast(weights), x, scales + block, offsets + block);
            odd = Add(odd, Biased(weights + 34), HalfBits.Broadcast(weights + 34), x + 32, scales + block + 1, offsets + block + 1);
            weights += 68;
            x += 64;
        }

        if (block < blocks)
        {
            even = Add(even, Biased(weights), HalfBits.Broadcast(weights), x, scales + block, offsets + block);
        }

        return Vector256.Sum(even + odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourTokens(byte* weights, ActivationForms* input, int token, float* output, int stride)
    {
        nint bytes = input->ByteStride;
        nint blockStride = input->BlockStride;
        sbyte* x = input->Q8Values + token * bytes;
        float* scales = input->Q8Scales + token * blockStride;
        int* offsets = input->Q8Offsets + token * blockStride;
        Vector256<float> sum0 = Vector256<float>.Zero;
        Vector256<float> sum1 = Vector256<float>.Zero;
        Vector256<float> sum2 = Vector256<float>.Zero;
        Vector256<float> sum3 = Vector256<float>.Zero;
        for (int block = input->Columns / 32; block > 0; block--)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            Vector256<byte> biased = Biased(weights);
            Vector256<float> scale = HalfBits.Broadcast(weights);
            sum0 = Add(sum0, biased, scale, x, scales, offsets);
            sum1 = Add(sum1, biased, scale, x + bytes, scales + blockStride, offsets + blockStride);
            sum2 = Add(sum2, biased, scale, x + 2 * bytes, scales + 2 * blockStride, offsets + 2 * blockStride);
            sum3 = Add(sum3, biased, scale, x + 3 * bytes, scales + 3 * blockStride, offsets + 3 * blockStride);
            weights += 34;
            x += 32;
            scales++;
            offsets++;
        }

        output[0] = Vector256.Sum(sum0);
        output[stride] = Vector256.Sum(sum1);
        output[2 * (nint)stride] = Vector256.Sum(sum2);
        output[3 * (nint)stride] = Vector256.Sum(sum3);
    }

    /// <summary>The block's values + 128, as the instruction wants one side unsigned.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Biased(byte* block) => Vector256.Load(block + 2) ^ Vector256.Create((byte)128);

    /// <summary>Adds scale * (sum of (w + 128) * x - 128 * sum of x) of one block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Add(Vector256<float> sum, Vector256<byte> biased, Vector256<float> scale, sbyte* x, float* scales, int* offsets)
    {
        Vector256<int> dot = AvxVnni.MultiplyWideningAndAdd(Vector256.CreateScalar(*offsets), biased, Vector256.Load(x));
        return Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), scale * Vector256.Create(*scales), sum);
    }
}
