using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>
/// K-quant weights times Q8_K input, 64 values at a time. Products of unsigned weights and signed input are summed in pairs to 16 bits (at
/// most 2 * 63 * 127), multiplied with the sub-blocks' scales and summed to 32 bits, all exact.
/// </summary>
internal static unsafe class KQuantAvx512
{
    private const int PrefetchDistance = 4096;

    internal readonly struct Q4KDot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->K8Values + (long)token * input->ByteStride;
            short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
            float* scales = input->K8Scales + (long)token * input->BlockStride;
            Vector512<float> sum = Vector512<float>.Zero;
            Vector256<float> taken = Vector256<float>.Zero;
            for (int blocks = input->Columns / 256; blocks > 0; blocks--)
            {
                Prefetch(weights);
                Vector512<short> scale = Scales(weights, sums, *scales, ref taken);
                Vector512<int> dot = Part(Nibbles(weights + 16), x, scale, 0)
                    + Part(Nibbles(weights + 48), x + 64, scale, 2)
                    + Part(Nibbles(weights + 80), x + 128, scale, 4)
                    + Part(Nibbles(weights + 112), x + 192, scale, 6);
                sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(dot), Vector512.Create(HalfBits.ToSingle(weights) * *scales), sum);
                weights += 144;
                x += 256;
                sums += 16;
                scales++;
            }

            return Vector512.Sum(sum) - Vector256.Sum(taken);
        }
    }

    internal readonly struct Q5KDot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->K8Values + (long)token * input->ByteStride;
            short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
            float* scales = input->K8Scales + (long)token * input->BlockStride;
            Vector512<float> sum = Vector512<float>.Zero;
            Vector256<float> taken = Vector256<float>.Zero;
            for (int blocks = input->Columns / 256; blocks > 0; blocks--)
            {
                Prefetch(weights);
                Vector512<short> scale = Scales(weights, sums, *scales, ref taken);
                Vector512<ushort> bits = Twice(weights + 16);
                Vector512<int> dot = Part(Nibbles(weights + 48) | FifthBits(bits, 0), x, scale, 0)
                    + Part(Nibbles(weights + 80) | FifthBits(bits, 2), x + 64, scale, 2)
                    + Part(Nibbles(weights + 112) | FifthBits(bits, 4), x + 128, scale, 4)
                    + Part(Nibbles(weights + 144) | FifthBits(bits, 6), x + 192, scale, 6);
                sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(dot), Vector512.Create(HalfBits.ToSingle(weights) * *scales), sum);
                weights += 176;
                x += 256;
                sums += 16;
                scales++;
            }

            return Vector512.Sum(sum) - Vector256.Sum(taken);
        }
    }

    internal readonly struct Q6KDot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->K8Values + (long)token * input->ByteStride;
            short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
            float* scales = input->K8Scales + (long)token * input->BlockStride;
            Vector512<float> sum = Vector512<float>.Zero;
            for (int blocks = input->Columns / 256; blocks > 0; blocks--)
            {
                Prefetch(weights);
                Vector256<short> words = Avx2.ConvertToVector256Int16(Vector128.Load((sbyte*)weights + 192));
                Vector512<short> scale = words.ToVector512Unsafe();

                // Weights are taken as 0..63, so 32 times the input's sums is too much.
                Vector256<int> excess = Vector256.ShiftLeft(Avx2.MultiplyAddAdjacent(words, Vector256.Load(sums)), 5);
                Vector512<int> dot = Half(weights, weights + 128, x, scale, 0) + Half(weights + 64, weights + 160, x + 128, scale, 8) - excess.ToVector512();
                sum = Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(dot), Vector512.Create(HalfBits.ToSingle(weights + 208) * *scales), sum);
                weights += 210;
                x += 256;
                sums += 16;
                scales++;
            }

            return Vector512.Sum(sum);
        }

        /// <summary>128 values: 64 bytes of low nibbles and high nibbles, 32 bytes of four pairs of upper bits.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Half(byte* low, byte* high, sbyte* x, Vector512<short> scale, short first)
        {
            Vector512<byte> nibbles = Vector512.Load(low);
            Vector512<ushort> bits = Twice(high);
            Vector512<ushort> forLow = Avx512BW.ShiftLeftLogicalVariable(bits, Vector512.Create(Vector256.Create((ushort)4), Vector256.Create((ushort)2)));
            Vector512<ushort> forHigh = Avx512BW.ShiftRightLogicalVariable(bits, Vector512.Create(Vector256.Create((ushort)0), Vector256.Create((ushort)2)));
            Vector512<byte> upper = Vector512.Create((byte)0x30);
            Vector512<byte> lower = Vector512.Create((byte)0x0F);
            Vector512<byte> start = (nibbles & lower) | (forLow.AsByte() & upper);
            Vector512<byte> end = (Vector512.ShiftRightLogical(nibbles.AsUInt16(), 4).AsByte() & lower) | (forHigh.AsByte() & upper);
            return Quarter(start, x, scale, first) + Quarter(end, x + 64, scale, (short)(first + 4));
        }

        /// <summary>64 values, 16 of each scale.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector512<int> Quarter(Vector512<byte> values, sbyte* x, Vector512<short> scale, short first)
        {
            Vector512<short> lanes = Vector512.Create(
                Vector256.Create(Vector128.Create(first), Vector128.Create((short)(first + 1))),
                Vector256.Create(Vector128.Create((short)(first + 2)), Vector128.Create((short)(first + 3))));
            return Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(values, Vector512.Load(x)), Avx512BW.PermuteVar32x16(scale, lanes));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* block)
    {
        Sse.Prefetch0(block + PrefetchDistance);
        Sse.Prefetch0(block + PrefetchDistance + 64);
        Sse.Prefetch0(block + PrefetchDistance + 128);
    }

    /// <summary>The scales of the 8 sub-blocks in the first 8 words; adds the minima times the input's sums to <paramref name="taken"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Scales(byte* block, short* sums, float inputScale, ref Vector256<float> taken)
    {
        ulong scales = KQuantScales.Unpack(block + 4, out ulong minima);
        Vector128<byte> bytes = Vector128.CreateScalar(minima).AsByte();
        Vector256<short> pairs = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(bytes, bytes));
        Vector256<int> least = Avx2.MultiplyAddAdjacent(pairs, Vector256.Load(sums));
        taken = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(least), Vector256.Create(HalfBits.ToSingle(block + 2) * inputScale), taken);
        return KQuantScales.Words(scales).ToVector256Unsafe().ToVector512Unsafe();
    }

    /// <summary>32 bytes, in both halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> Twice(byte* bytes)
    {
        Vector256<byte> once = Vector256.Load(bytes);
        return Vector512.Create(once, once).AsUInt16();
    }

    /// <summary>32 bytes: their low nibbles, then their high nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Nibbles(byte* bytes) =>
        Avx512BW.ShiftRightLogicalVariable(Twice(bytes), Vector512.Create(Vector256.Create((ushort)0), Vector256.Create((ushort)4))).AsByte() & Vector512.Create((byte)15);

    /// <summary>16 where the bit of the sub-block (<paramref name="first"/> in the lower half, the next in the upper) is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> FifthBits(Vector512<ushort> bits, ushort first)
    {
        Vector512<ushort> counts = Vector512.Create(Vector256.Create(first), Vector256.Create((ushort)(first + 1)));
        Vector512<ushort> lowest = Avx512BW.ShiftRightLogicalVariable(bits, counts) & Vector512.Create((ushort)0x0101);
        return Vector512.ShiftLeft(lowest, 4).AsByte();
    }

    /// <summary>Two sub-blocks of 32 values with their scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Part(Vector512<byte> values, sbyte* x, Vector512<short> scale, short first)
    {
        Vector512<short> lanes = Vector512.Create(Vector256.Create(first), Vector256.Create((short)(first + 1)));
        return Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(values, Vector512.Load(x)), Avx512BW.PermuteVar32x16(scale, lanes));
    }
}
