using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;

namespace Signalbox.Inference.Kernels.Rows;

/// <summary>Q8_0 and Q4_0 weights on Arm, with the dot-product instructions where the processor has them.</summary>
internal static unsafe class ArmDots
{
    internal readonly struct Q8Dot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            Vector128<float> sum = Vector128<float>.Zero;
            for (int blocks = input->Columns / 32; blocks > 0; blocks--)
            {
                Vector128<int> dot = Add(Vector128<int>.Zero, Vector128.Load((sbyte*)weights + 2), Vector128.Load(x));
                dot = Add(dot, Vector128.Load((sbyte*)weights + 18), Vector128.Load(x + 16));
                sum = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(dot), Vector128.Create(HalfBits.ToSingle(weights) * *scales), sum);
                weights += 34;
                x += 32;
                scales++;
            }

            return Vector128.Sum(sum);
        }
    }

    internal readonly struct Q4Dot : IRowDot
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static float Of(byte* weights, ActivationForms* input, int token)
        {
            sbyte* x = input->Q8Values + (long)token * input->ByteStride;
            float* scales = input->Q8Scales + (long)token * input->BlockStride;
            Vector128<float> sum = Vector128<float>.Zero;
            Vector128<sbyte> eight = Vector128.Create((sbyte)8);
            for (int blocks = input->Columns / 32; blocks > 0; blocks--)
            {
                Vector128<byte> nibbles = Vector128.Load(weights + 2);
                Vector128<sbyte> low = (nibbles & Vector128.Create((byte)15)).AsSByte() - eight;
                Vector128<sbyte> high = Vector128.ShiftRightLogical(nibbles, 4).AsSByte() - eight;
                Vector128<int> dot = Add(Add(Vector128<int>.Zero, low, Vector128.Load(x)), high, Vector128.Load(x + 16));
                sum = Vector128.FusedMultiplyAdd(Vector128.ConvertToSingle(dot), Vector128.Create(HalfBits.ToSingle(weights) * *scales), sum);
                weights += 18;
                x += 32;
                scales++;
            }

            return Vector128.Sum(sum);
        }
    }

    /// <summary>Adds products of 16 bytes; which of the four sums a product goes to differs, their total does not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> weights, Vector128<sbyte> x)
    {
        if (Dp.IsSupported)
        {
            return Dp.DotProduct(sum, weights, x);
        }

        // One product is at most 127 * 128, so a pair of them needs the widening sum.
        if (AdvSimd.IsSupported)
        {
            sum = AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.MultiplyWideningLower(weights.GetLower(), x.GetLower()));
            return AdvSimd.AddPairwiseWideningAndAdd(sum, AdvSimd.MultiplyWideningLower(weights.GetUpper(), x.GetUpper()));
        }

        Vector128<short> low = Vector128.WidenLower(weights) * Vector128.WidenLower(x);
        Vector128<short> high = Vector128.WidenUpper(weights) * Vector128.WidenUpper(x);
        return sum + Vector128.WidenLower(low) + Vector128.WidenUpper(low) + Vector128.WidenLower(high) + Vector128.WidenUpper(high);
    }
}
