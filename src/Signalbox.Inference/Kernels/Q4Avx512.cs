using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels;

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
