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
        ActivationForms* input = task->Input;
        int whole = input->Columns / 128;
        bool padded = input->Columns % 128 != 0;
        byte* rest = stackalloc byte[GroupBytes];
        for (int row = 0; row < task->Rows; row++)
        {
            byte* weights = task->Weights + row * task->RowBytes;
            if (padded)
            {
                PadGroup(weights + whole * GroupBytes, rest, input->Columns);
            }

            int token = 0;
            for (; token + 4 <= input->Rows; token += 4)
            {
                float* output = task->Output + (long)token * task->Stride + row;
                Vector128<float> sums = FourTokens(weights, input, token, 0, whole);
                sums = padded ? sums + FourTokens(rest, input, token, whole, 1) : sums;
                output[0] = sums[0];
                output[task->Stride] = sums[1];
                output[2 * (nint)task->Stride] = sums[2];
                output[3 * (nint)task->Stride] = sums[3];
            }

            for (; token < input->Rows; token++)
            {
                float sum = OneToken(weights, input, token, 0, whole);
                task->Output[(long)token * task->Stride + row] = padded ? sum + OneToken(rest, input, token, whole, 1) : sum;
            }
        }
    }

    /// <summary>The loop has no call in it or after it: a vector that lives across one would be stored and loaded in every round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float OneToken(byte* weights, ActivationForms* input, int token, int firstGroup, int groups)
    {
        nint lanes = (nint)input->ByteStride / 8 * token + 16 * firstGroup;
        sbyte* x = input->GroupValues + 8 * lanes;
        float* scales = input->GroupScales + lanes;
        int* offsets = input->GroupOffsets + lanes;
        Vector512<float> sum = Vector512<float>.Zero;
        for (; groups > 0; groups--)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            Vector512<float> scale = Expand(weights, out Vector512<byte> low, out Vector512<byte> high);
            sum = Add(sum, low, high, scale, x, scales, offsets);
            weights += GroupBytes;
            x += 128;
            scales += 16;
            offsets += 16;
        }

        return Vector512.Sum(sum) * ActivationForms.GroupRescale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static Vector128<float> FourTokens(byte* weights, ActivationForms* input, int token, int firstGroup, int groups)
    {
        nint bytes = input->ByteStride;
        nint stride = bytes / 8;
        nint lanes = stride * token + 16 * firstGroup;
        sbyte* x = input->GroupValues + 8 * lanes;
        float* scales = input->GroupScales + lanes;
        int* offsets = input->GroupOffsets + lanes;
        Vector512<float> sum0 = Vector512<float>.Zero;
        Vector512<float> sum1 = Vector512<float>.Zero;
        Vector512<float> sum2 = Vector512<float>.Zero;
        Vector512<float> sum3 = Vector512<float>.Zero;
        for (; groups > 0; groups--)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            Vector512<float> scale = Expand(weights, out Vector512<byte> low, out Vector512<byte> high);
            sum0 = Add(sum0, low, high, scale, x, scales, offsets);
            sum1 = Add(sum1, low, high, scale, x + bytes, scales + stride, offsets + stride);
            sum2 = Add(sum2, low, high, scale, x + 2 * bytes, scales + 2 * stride, offsets + 2 * stride);
            sum3 = Add(sum3, low, high, scale, x + 3 * bytes, scales + 3 * stride, offsets + 3 * stride);
            weights += GroupBytes;
            x += 128;
            scales += 16;
            offsets += 16;
        }

        return Vector128.Create(Vector512.Sum(sum0), Vector512.Sum(sum1), Vector512.Sum(sum2), Vector512.Sum(sum3)) * ActivationForms.GroupRescale;
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
