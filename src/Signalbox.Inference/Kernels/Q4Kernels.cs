using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

/// <summary>Q4_0 weights times Q8_0 input.</summary>
internal static unsafe class Q4Kernels
{
    private const int GroupBytes = 4 * 18;
    private const int PrefetchDistance = 4096;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Avx512(RowTask* task)
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
        sbyte* x = input->GroupValues + (long)token * input->ByteStride;
        float* scales = input->GroupScales + (long)token * input->ByteStride / 8;
        int* offsets = input->GroupOffsets + (long)token * input->ByteStride / 8;
        Vector512<float> sum = Vector512<float>.Zero;
        int groups = input->Columns / 128;
        for (int group = 0; group < groups; group++)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            Vector512<float> scale = Expand(weights, out Vector512<byte> low, out Vector512<byte> high);
            sum = Add(sum, low, high, scale, x, scales, offsets);
            weights += GroupBytes;
            x += 128;
            scales += 16;
            offsets += 16;
        }

        if (input->Columns % 128 != 0)
        {
            byte* padded = stackalloc byte[GroupBytes];
            PadGroup(weights, padded, input->Columns);
            Vector512<float> scale = Expand(padded, out Vector512<byte> low, out Vector512<byte> high);
            sum = Add(sum, low, high, scale, x, scales, offsets);
        }

        return Vector512.Sum(sum) * ActivationForms.GroupRescale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourTokens(byte* weights, ActivationForms* input, int token, float* output, int stride)
    {
        nint bytes = input->ByteStride;
        nint lanes = bytes / 8;
        sbyte* x = input->GroupValues + token * bytes;
        float* scales = input->GroupScales + token * lanes;
        int* offsets = input->GroupOffsets + token * lanes;
        Vector512<float> sum0 = Vector512<float>.Zero;
        Vector512<float> sum1 = Vector512<float>.Zero;
        Vector512<float> sum2 = Vector512<float>.Zero;
        Vector512<float> sum3 = Vector512<float>.Zero;
        byte* padded = stackalloc byte[GroupBytes];
        int groups = input->ByteStride / 128;
        int whole = input->Columns / 128;
        for (int group = 0; group < groups; group++)
        {
            if (group == whole)
            {
                PadGroup(weights, padded, input->Columns);
                weights = padded;
            }

            Sse.Prefetch0(weights + PrefetchDistance);
            Vector512<float> scale = Expand(weights, out Vector512<byte> low, out Vector512<byte> high);
            sum0 = Add(sum0, low, high, scale, x, scales, offsets);
            sum1 = Add(sum1, low, high, scale, x + bytes, scales + lanes, offsets + lanes);
            sum2 = Add(sum2, low, high, scale, x + 2 * bytes, scales + 2 * lanes, offsets + 2 * lanes);
            sum3 = Add(sum3, low, high, scale, x + 3 * bytes, scales + 3 * lanes, offsets + 3 * lanes);
            weights += GroupBytes;
            x += 128;
            scales += 16;
            offsets += 16;
        }

        output[0] = Vector512.Sum(sum0) * ActivationForms.GroupRescale;
        output[stride] = Vector512.Sum(sum1) * ActivationForms.GroupRescale;
        output[2 * (nint)stride] = Vector512.Sum(sum2) * ActivationForms.GroupRescale;
        output[3 * (nint)stride] = Vector512.Sum(sum3) * ActivationForms.GroupRescale;
    }

    /// <summary>
    /// Four blocks: low nibbles (16 lanes per block) and high nibbles as bytes, and the blocks' scales, 4 lanes each. A group is 36 words
    /// (a scale and 8 words of nibbles, four times), read as words 0..31 and words 4..35.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Expand(byte* group, out Vector512<byte> low, out Vector512<byte> high)
    {
        Vector512<ushort> head = Vector512.Load((ushort*)group);
        Vector512<ushort> tail = Vector512.Load((ushort*)(group + 8));
        Vector512<ushort> nibbles = Avx512BW.PermuteVar32x16x2(
            head,
            Vector512.Create((ushort)1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 60, 61, 62, 63),
            tail);
        Vector512<ushort> scales = Avx512BW.PermuteVar32x16(
            head,
            Vector512.Create((ushort)0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 18, 18, 18, 18, 18, 18, 18, 18, 27, 27, 27, 27, 27, 27, 27, 27));
        low = nibbles.AsByte() & Vector512.Create((byte)15);
        high = Vector512.ShiftRightLogical(nibbles, 4).AsByte() & Vector512.Create((byte)15);
        return HalfBits.MovedPair(scales.AsInt32());
    }

    /// <summary>Adds scale * (sum of nibble * x - 8 * sum of x) of four blocks; 16-bit sums of four products stay below 7,621.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(
        Vector512<float> sum, Vector512<byte> low, Vector512<byte> high, Vector512<float> scale, sbyte* x, float* scales, int* offsets)
    {
        Vector512<short> pairs = Avx512BW.MultiplyAddAdjacent(low, Vector512.Load(x)) + Avx512BW.MultiplyAddAdjacent(high, Vector512.Load(x + 64));
        Vector512<int> dot = Avx512BW.MultiplyAddAdjacent(pairs, Vector512.Create((short)1)) + Vector512.Load(offsets);
        return Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(dot), scale * Vector512.Load(scales), sum);
    }

    /// <summary>The last one to three blocks of a row, with blocks of zeros behind them: nothing beyond the row is read.</summary>
    private static void PadGroup(byte* blocks, byte* padded, int columns)
    {
        int bytes = columns % 128 / 32 * 18;
        new Span<byte>(padded, GroupBytes).Clear();
        new Span<byte>(blocks, bytes).CopyTo(new Span<byte>(padded, bytes));
    }
}
