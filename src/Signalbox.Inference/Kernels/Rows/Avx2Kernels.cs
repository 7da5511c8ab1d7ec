using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Quantized weights on processors with AVX2, 32 values at a time; all sums of integers are exact.</summary>
internal static unsafe class Avx2Kernels
{
    private const int PrefetchDistance = 4096;

    internal readonly struct Q8Dot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int blocks = input->Columns / 32; blocks > 0; blocks--)
            {
                Sse.Prefetch0(weights + PrefetchDistance);
                Vector256<sbyte> values = Vector256.Load((sbyte*)weights + 2);

                // The weight's sign goes to the input, so that the weight is unsigned; the input is never -128, two products are below 32,513.
                Vector256<short> pairs = Avx2.MultiplyAddAdjacent(Avx2.Abs(values), Avx2.Sign(Vector256.Load(x), values));
                Vector256<int> dot = Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1));
                sum = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), HalfBits.Broadcast(weights) * Vector256.Create(*scales), sum);
                weights += 34;
                x += 32;
                scales++;
            }

            return Vector256.Sum(sum);
        }
    }

    internal readonly struct Q4Dot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            int* sums = input->Q8Sums + (long)token * input->BlockStride;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int blocks = input->Columns / 32; blocks > 0; blocks--)
            {
                Sse.Prefetch0(weights + PrefetchDistance);
                Vector128<byte> nibbles = Vector128.Load(weights + 2);
                Vector256<byte> values = Vector256.Create(nibbles, Vector128.ShiftRightLogical(nibbles.AsUInt16(), 4).AsByte()) & Vector256.Create((byte)15);
                Vector256<short> pairs = Avx2.MultiplyAddAdjacent(values, Vector256.Load(x));
                Vector256<int> dot = Avx2.MultiplyAddAdjacent(pairs, Vector256.Create((short)1)) + Vector256.CreateScalar(-8 * *sums);
                sum = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), HalfBits.Broadcast(weights) * Vector256.Create(*scales), sum);
                weights += 18;
                x += 32;
                scales++;
                sums++;
            }

            return Vector256.Sum(sum);
        }
    }

    internal readonly struct Q4KDot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token) => WithMinima(weights, input, token, 144, 0);
    }

    internal readonly struct Q5KDot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token) => WithMinima(weights, input, token, 176, 32);
    }

    internal readonly struct Q6KDot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->K8Values + (long)token * input->ByteStride;
            short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
            float* scales = input->K8Scales + (long)token * input->BlockStride;
            Vector256<float> sum = Vector256<float>.Zero;
            for (int blocks = input->Columns / 256; blocks > 0; blocks--)
            {
                Sse.Prefetch0(weights + PrefetchDistance);
                Sse.Prefetch0(weights + PrefetchDistance + 64);
                Sse.Prefetch0(weights + PrefetchDistance + 128);
                sbyte* scale = (sbyte*)weights + 192;
                Vector256<short> words = Avx2.ConvertToVector256Int16(Vector128.Load(scale));
                Vector256<int> dot = -Vector256.ShiftLeft(Avx2.MultiplyAddAdjacent(words, Vector256.Load(sums)), 5);
                for (int half = 0; half < 2; half++)
                {
                    Vector256<byte> first = Vector256.Load(weights + 64 * half);
                    Vector256<byte> second = Vector256.Load(weights + 64 * half + 32);
                    Vector256<ushort> bits = Vector256.Load(weights + 128 + 32 * half).AsUInt16();
                    sbyte* part = x + 128 * half;
                    dot += Sixteens(Low(first) | Upper(Vector256.ShiftLeft(bits, 4)), part, scale + 8 * half);
                    dot += Sixteens(Low(second) | Upper(Vector256.ShiftLeft(bits, 2)), part + 32, scale + 8 * half + 2);
                    dot += Sixteens(High(first) | Upper(bits), part + 64, scale + 8 * half + 4);
                    dot += Sixteens(High(second) | Upper(Vector256.ShiftRightLogical(bits, 2)), part + 96, scale + 8 * half + 6);
                }

                sum = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), Vector256.Create(HalfBits.ToSingle(weights + 208) * *scales), sum);
                weights += 210;
                x += 256;
                sums += 16;
                scales++;
            }

            return Vector256.Sum(sum);
        }

        /// <summary>32 values, 16 of each of two scales.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<int> Sixteens(Vector256<byte> values, sbyte* x, sbyte* scale) =>
            Avx2.MultiplyAddAdjacent(
                Avx2.MultiplyAddAdjacent(values, Vector256.Load(x)), Vector256.Create(Vector128.Create((short)scale[0]), Vector128.Create((short)scale[1])));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<byte> Upper(Vector256<ushort> bits) => bits.AsByte() & Vector256.Create((byte)0x30);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float WithMinima(byte* weights, ActivationForms* input, int token, int blockBytes, int highBytes)
    {
        sbyte* x = input->K8Values + (long)token * input->ByteStride;
        short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
        float* scales = input->K8Scales + (long)token * input->BlockStride;
        Vector256<float> sum = Vector256<float>.Zero;
        Vector256<float> taken = Vector256<float>.Zero;
        for (int blocks = input->Columns / 256; blocks > 0; blocks--)
        {
            Sse.Prefetch0(weights + PrefetchDistance);
            Sse.Prefetch0(weights + PrefetchDistance + 64);
            ulong packed = KQuantScales.Unpack(weights + 4, out ulong minima);
            Vector128<byte> bytes = Vector128.CreateScalar(minima).AsByte();
            Vector256<int> least = Avx2.MultiplyAddAdjacent(Avx2.ConvertToVector256Int16(Sse2.UnpackLow(bytes, bytes)), Vector256.Load(sums));
            Vector256<int> dot = Vector256<int>.Zero;
            Vector256<byte> bits = highBytes == 0 ? Vector256<byte>.Zero : Vector256.Load(weights + 16);
            for (int group = 0; group < 4; group++)
            {
                Vector256<byte> nibbles = Vector256.Load(weights + 16 + highBytes + 32 * group);
                Vector256<byte> low = Low(nibbles) | Vector256.ShiftLeft((bits & Vector256.Create((byte)1)).AsUInt16(), 4).AsByte();
                Vector256<byte> high = High(nibbles) | Vector256.ShiftLeft((bits & Vector256.Create((byte)2)).AsUInt16(), 3).AsByte();
                dot += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(low, Vector256.Load(x + 64 * group)), Vector256.Create((short)(packed & 63)));
                dot += Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(high, Vector256.Load(x + 64 * group + 32)), Vector256.Create((short)((packed >> 8) & 63)));
                bits = Vector256.ShiftRightLogical(bits.AsUInt16(), 2).AsByte();
                packed >>= 16;
            }

            sum = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(dot), Vector256.Create(HalfBits.ToSingle(weights) * *scales), sum);
            taken = Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(least), Vector256.Create(HalfBits.ToSingle(weights + 2) * *scales), taken);
            weights += blockBytes;
            x += 256;
            sums += 16;
            scales++;
        }

        return Vector256.Sum(sum) - Vector256.Sum(taken);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Low(Vector256<byte> bytes) => bytes & Vector256.Create((byte)15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> High(Vector256<byte> bytes) => Vector256.ShiftRightLogical(bytes.AsUInt16(), 4).AsByte() & Vector256.Create((byte)15);
}
