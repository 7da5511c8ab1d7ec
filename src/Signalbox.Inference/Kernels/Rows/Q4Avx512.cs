using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Q4_0 weights times Q8_0 input, four blocks at a time with AVX-512; reads the input's groups.</summary>
internal readonly unsafe struct Q4Avx512 : IRowDot
{
    private const int GroupBytes = 4 * 18;
    private const int PrefetchDistance = 4096;

    public static float Of(byte* weights, ActivationForms* input, int token)
    {
        int groups = input->Columns / 128;
        float sum = Groups(weights, input, token, 0, groups);
        if (input->Columns % 128 != 0)
        {
            byte* rest = stackalloc byte[GroupBytes];
            PadGroup(weights + groups * GroupBytes, rest, input->Columns);
            sum += Groups(rest, input, token, groups, 1);
        }

        return sum;
    }

    /// <summary>All tokens: pairs of rows with fours of tokens, and what is left one by one.</summary>
    public static void Run(RowTask* task)
    {
        if (task->Input->Rows < 4 || task->Input->Columns % 128 != 0)
        {
            RowKernel<Q4Avx512>.Run(task);
            return;
        }

        for (int row = 0; row < task->Rows; row++)
        {
            byte* weights = task->Weights + row * task->RowBytes;
            float* output = task->Output + row;
            bool pair = row + 2 <= task->Rows;
            int token = 0;
            for (; pair && token + 4 <= task->Input->Rows; token += 4)
            {
                TwoRowsFourTokens(weights, task->RowBytes, task->Input, token, output + (nint)token * task->Stride, task->Stride);
            }

            for (; token < task->Input->Rows; token++)
            {
                output[(nint)token * task->Stride] = Of(weights, task->Input, token);
                if (pair)
                {
                    output[(nint)token * task->Stride + 1] = Of(weights + task->RowBytes, task->Input, token);
                }
            }

            row += pair ? 1 : 0;
        }
    }

    /// <summary>The loop has no call in it or after it: a vector that lives across one would be stored and loaded in every round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Groups(byte* weights, ActivationForms* input, int token, int firstGroup, int groups)
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

    /// <summary>
    /// For a few tokens: two rows of weights times four tokens at once, whose input is loaded once for both rows. Columns must be a
    /// multiple of 128.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void TwoRowsFourTokens(byte* weights, long rowBytes, ActivationForms* input, int token, float* output, nint stride)
    {
        nint bytes = input->ByteStride;
        nint lanes = bytes / 8;
        sbyte* x = input->GroupValues + bytes * token;
        float* scales = input->GroupScales + lanes * token;
        int* offsets = input->GroupOffsets + lanes * token;
        byte* second = weights + rowBytes;
        Vector512<float> a0 = Vector512<float>.Zero, a1 = a0, a2 = a0, a3 = a0;
        Vector512<float> b0 = a0, b1 = a0, b2 = a0, b3 = a0;
        for (int groups = input->Columns / 128; groups > 0; groups--)
        {
            Sse.Prefetch0(second + PrefetchDistance);
            Vector512<float> aScale = Expand(weights, out Vector512<byte> aLow, out Vector512<byte> aHigh);
            Vector512<float> bScale = Expand(second, out Vector512<byte> bLow, out Vector512<byte> bHigh);
            Add(ref a0, ref b0, aLow, aHigh, aScale, bLow, bHigh, bScale, x, scales, offsets);
            Add(ref a1, ref b1, aLow, aHigh, aScale, bLow, bHigh, bScale, x + bytes, scales + lanes, offsets + lanes);
            Add(ref a2, ref b2, aLow, aHigh, aScale, bLow, bHigh, bScale, x + 2 * bytes, scales + 2 * lanes, offsets + 2 * lanes);
            Add(ref a3, ref b3, aLow, aHigh, aScale, bLow, bHigh, bScale, x + 3 * bytes, scales + 3 * lanes, offsets + 3 * lanes);
            weights += GroupBytes;
            second += GroupBytes;
            x += 128;
            scales += 16;
            offsets += 16;
        }

        Vector256<float> first = Sums(a0, b0, a1, b1) * ActivationForms.GroupRescale;
        Vector256<float> last = Sums(a2, b2, a3, b3) * ActivationForms.GroupRescale;
        first.GetLower().GetLower().Store(output);
        first.GetLower().GetUpper().Store(output + stride);
        last.GetLower().GetLower().Store(output + 2 * stride);
        last.GetLower().GetUpper().Store(output + 3 * stride);
    }

    /// <summary>The sums of four vectors, in the lower half.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Sums(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d)
    {
        Vector256<float> ab = Avx.HorizontalAdd(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper());
        Vector256<float> cd = Avx.HorizontalAdd(c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
        Vector256<float> halves = Avx.HorizontalAdd(ab, cd);
        return halves + Vector256.Create(halves.GetUpper(), halves.GetLower());
    }

    /// <summary>One token with four blocks of two rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(
        ref Vector512<float> a, ref Vector512<float> b, Vector512<byte> aLow, Vector512<byte> aHigh, Vector512<float> aScale,
        Vector512<byte> bLow, Vector512<byte> bHigh, Vector512<float> bScale, sbyte* x, float* scales, int* offsets)
    {
        Vector512<sbyte> xLow = Vector512.Load(x);
        Vector512<sbyte> xHigh = Vector512.Load(x + 64);
        Vector512<float> scale = Vector512.Load(scales);
        Vector512<int> offset = Vector512.Load(offsets);
        Vector512<short> aPairs = Avx512BW.MultiplyAddAdjacent(aLow, xLow) + Avx512BW.MultiplyAddAdjacent(aHigh, xHigh);
        Vector512<short> bPairs = Avx512BW.MultiplyAddAdjacent(bLow, xLow) + Avx512BW.MultiplyAddAdjacent(bHigh, xHigh);
        Vector512<int> aDot = Avx512BW.MultiplyAddAdjacent(aPairs, Vector512.Create((short)1)) + offset;
        Vector512<int> bDot = Avx512BW.MultiplyAddAdjacent(bPairs, Vector512.Create((short)1)) + offset;
        a = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(aDot), aScale * scale, a);
        b = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(bDot), bScale * scale, b);
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
