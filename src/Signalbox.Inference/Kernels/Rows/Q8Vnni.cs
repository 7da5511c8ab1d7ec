using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Q8_0 weights times Q8_0 input with AVX-VNNI.</summary>
internal readonly unsafe struct Q8Vnni : IRowDot
{
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Of(byte* weights, ActivationForms* input, int token)
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
