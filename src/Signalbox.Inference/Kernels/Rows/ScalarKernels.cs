using System.Runtime.CompilerServices;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>The products one value after the other: the reference beside every kernel, and what runs where no other does.</summary>
internal static unsafe class ScalarKernels
{
    /// <summary>The kernel of a type.</summary>
    public static delegate*<RowTask*, void> For(TensorType type) => type switch
    {
        TensorType.F32 => &F32,
        TensorType.F16 => &F16,
        TensorType.BF16 => &BF16,
        TensorType.Q8_0 => &Q8_0,
        TensorType.Q4_0 => &Q4_0,
        TensorType.Q4_K => &Q4_K,
        TensorType.Q5_K => &Q5_K,
        TensorType.Q6_K => &Q6_K,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no kernel for this type"),
    };

    public static void F32(RowTask* task) => RowKernel<F32Dot>.Run(task);

    public static void F16(RowTask* task) => RowKernel<F16Dot>.Run(task);

    public static void BF16(RowTask* task) => RowKernel<BF16Dot>.Run(task);

    public static void Q8_0(RowTask* task) => RowKernel<Q8Dot>.Run(task);

    public static void Q4_0(RowTask* task) => RowKernel<Q4Dot>.Run(task);

    public static void Q4_K(RowTask* task) => RowKernel<Q4KDot>.Run(task);

    public static void Q5_K(RowTask* task) => RowKernel<Q5KDot>.Run(task);

    public static void Q6_K(RowTask* task) => RowKernel<Q6KDot>.Run(task);

    /// <summary>Scale and minimum (6 bits each) of sub-block <paramref name="s"/> of a Q4_K or Q5_K block; <paramref name="packed"/> is its 12 bytes.</summary>
    public static (int Scale, int Minimum) ScaleAndMinimum(byte* packed, int s) => s < 4
        ? (packed[s] & 63, packed[s + 4] & 63)
        : ((packed[s + 4] & 15) | (packed[s - 4] >> 6 << 4), (packed[s + 4] >> 4) | (packed[s] >> 6 << 4));

    private static float Half(byte* bits) => (float)Unsafe.ReadUnaligned<Half>(bits);

    private struct F32Dot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            float* x = input->Values + (long)token * input->Columns;
            float sum = 0;
            for (int i = 0; i < input->Columns; i++)
            {
                sum = MathF.FusedMultiplyAdd(Unsafe.ReadUnaligned<float>(weights + 4 * i), x[i], sum);
            }

            return sum;
        }
    }

    private struct F16Dot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            float* x = input->Halves + (long)token * input->Columns;
            float sum = 0;
            for (int i = 0; i < input->Columns; i++)
            {
                sum = MathF.FusedMultiplyAdd(Half(weights + 2 * i), x[i], sum);
            }

            return sum;
        }
    }

    private struct BF16Dot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            float* x = input->Values + (long)token * input->Columns;
            float sum = 0;
            for (int i = 0; i < input->Columns; i++)
            {
                float weight = BitConverter.Int32BitsToSingle(Unsafe.ReadUnaligned<short>(weights + 2 * i) << 16);
                sum = MathF.FusedMultiplyAdd(weight, x[i], sum);
            }

            return sum;
        }
    }

    private struct Q8Dot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            float sum = 0;
            for (int block = 0; block < input->Columns / 32; block++, weights += 34, x += 32)
            {
                int dot = 0;
                for (int i = 0; i < 32; i++)
                {
                    dot += (sbyte)weights[2 + i] * x[i];
                }

                sum += Half(weights) * scales[block] * dot;
            }

            return sum;
        }
    }

    private struct Q4Dot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            float sum = 0;
            for (int block = 0; block < input->Columns / 32; block++, weights += 18, x += 32)
            {
                int dot = 0;
                for (int i = 0; i < 16; i++)
                {
                    dot += ((weights[2 + i] & 15) - 8) * x[i] + ((weights[2 + i] >> 4) - 8) * x[16 + i];
                }

                sum += Half(weights) * scales[block] * dot;
            }

            return sum;
        }
    }

    private struct Q4KDot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token) => WithMinima(weights, input, token, 144, 0);
    }

    private struct Q5KDot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token) => WithMinima(weights, input, token, 176, 32);
    }

    /// <summary>Q4_K, and Q5_K with its 32 bytes of fifth bits between the scales and the nibbles.</summary>
    private static float WithMinima(byte* weights, ActivationForms* input, int token, int blockBytes, int highBytes)
    {
        sbyte* x = input->K8Values + (long)token * input->ByteStride;
        short* sums = input->K8Sums + (long)token * 2 * input->BlockStride;
        float* scales = input->K8Scales + (long)token * input->BlockStride;
        float sum = 0;
        for (int block = 0; block < input->Columns / 256; block++, weights += blockBytes, x += 256, sums += 16)
        {
            int dot = 0;
            int minima = 0;
            for (int s = 0; s < 8; s++)
            {
                (int scale, int minimum) = ScaleAndMinimum(weights + 4, s);
                byte* nibbles = weights + 16 + highBytes + 32 * (s / 2);
                int part = 0;
                for (int i = 0; i < 32; i++)
                {
                    int high = highBytes == 0 ? 0 : (weights[16 + i] >> s) & 1;
                    int q = ((nibbles[i] >> (4 * (s & 1))) & 15) | (high << 4);
                    part += q * x[32 * s + i];
                }

                dot += scale * part;
                minima += minimum * (sums[2 * s] + sums[2 * s + 1]);
            }

            sum += Half(weights) * scales[block] * dot - Half(weights + 2) * scales[block] * minima;
        }

        return sum;
    }

    private struct Q6KDot : IRowDot
    {
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->K8Values + (long)token * input->ByteStride;
            float* scales = input->K8Scales + (long)token * input->BlockStride;
            float sum = 0;
            for (int block = 0; block < input->Columns / 256; block++, weights += 210, x += 256)
            {
                int dot = 0;
                for (int i = 0; i < 256; i++)
                {
                    int half = i / 128;
                    int quarter = i / 32 % 4;
                    int l = i % 32;
                    int low = (weights[64 * half + 32 * (quarter & 1) + l] >> (4 * (quarter >> 1))) & 15;
                    int high = (weights[128 + 32 * half + l] >> (2 * quarter)) & 3;
                    dot += (sbyte)weights[192 + i / 16] * ((low | (high << 4)) - 32) * x[i];
                }

                sum += Half(weights + 208) * scales[block] * dot;
            }

            return sum;
        }
    }
}
