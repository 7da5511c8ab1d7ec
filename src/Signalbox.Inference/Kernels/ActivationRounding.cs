using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Signalbox.Inference.Kernels;

/// <summary>
/// Rounds one row of the input to the forms that quantized and F16 weights are multiplied with; rounding is to nearest even. Every step
/// is the same for one lane and for many (maximum, one product, one rounding), so the width changes no bit of the result.
/// </summary>
internal static unsafe class ActivationRounding
{
    /// <summary>Each value to F16 and back.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToHalves(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        float* halves = forms.Halves + (long)row * forms.Columns;
        int i = 0;
        for (; i + 8 <= forms.Columns; i += 8)
        {
            HalfBits.Round(Vector256.Load(values + i)).Store(halves + i);
        }

        for (; i < forms.Columns; i++)
        {
            halves[i] = HalfBits.Round(values[i]);
        }
    }

    /// <summary>Blocks of 32: scale = max|x| / 127 as F16, value = round(x * 127 / max|x|).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToQ8(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        sbyte* rounded = forms.Q8Values + (long)row * forms.ByteStride;
        long first = (long)row * forms.BlockStride;
        for (int block = 0; block < forms.Columns / 32; block++)
        {
            float* x = values + 32 * block;
            Vector256<float> largest = Vector256.Max(
                Vector256.Max(Vector256.Abs(Vector256.Load(x)), Vector256.Abs(Vector256.Load(x + 8))),
                Vector256.Max(Vector256.Abs(Vector256.Load(x + 16)), Vector256.Abs(Vector256.Load(x + 24))));
            float max = Largest(largest);
            int sum = Round32(x, max > 0 ? 127f / max : 0, rounded + 32 * block);
            forms.Q8Scales[first + block] = HalfBits.Round(max / 127f);
            forms.Q8Sums[first + block] = sum;
            forms.Q8Offsets[first + block] = -128 * sum;
        }
    }

    /// <summary>The Q8 form, which must be there, in the order of Q4_0's nibbles.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToGroups(in ActivationForms forms, int row)
    {
        sbyte* from = forms.Q8Values + (long)row * forms.ByteStride;
        sbyte* to = forms.GroupValues + (long)row * forms.ByteStride;
        float* scales = forms.GroupScales + (long)row * forms.ByteStride / 8;
        int* offsets = forms.GroupOffsets + (long)row * forms.ByteStride / 8;
        int blocks = forms.Columns / 32;
        for (int block = 0; block < forms.BlockStride; block++)
        {
            bool there = block < blocks;
            sbyte* group = to + block / 4 * 128 + block % 4 * 16;
            (there ? Vector128.Load(from + 32 * block) : default).Store(group);
            (there ? Vector128.Load(from + 32 * block + 16) : default).Store(group + 64);
            float scale = there ? forms.Q8Scales[(long)row * forms.BlockStride + block] : 0;
            Vector128.Create(scale * ActivationForms.GroupScaling).Store(scales + 4 * block);
            Vector128.CreateScalar(there ? -8 * forms.Q8Sums[(long)row * forms.BlockStride + block] : 0).Store(offsets + 4 * block);
        }
    }

    /// <summary>Blocks of 256: with m the value of largest magnitude and its sign, s = -127 / m, value = min(127, round(s * x)), scale = 1 / s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToK8(in ActivationForms forms, int row)
    {
        float* values = forms.Values + (long)row * forms.Columns;
        sbyte* rounded = forms.K8Values + (long)row * forms.ByteStride;
        short* sums = forms.K8Sums + (long)row * 2 * forms.BlockStride;
        for (int block = 0; block < forms.Columns / 256; block++)
        {
            float* x = values + 256 * block;
            float extreme = Extreme(x);
            float inverse = extreme != 0 ? -127f / extreme : 0;
            for (int group = 0; group < 16; group++)
            {
                sums[16 * block + group] = (short)Round16(x + 16 * group, inverse, rounded + 256 * block + 16 * group);
            }

            forms.K8Scales[(long)row * forms.BlockStride + block] = extreme != 0 ? 1f / inverse : 0;
        }
    }

    /// <summary>The first of 256 values whose magnitude is the largest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Extreme(float* x)
    {
        Vector256<float> largest = Vector256<float>.Zero;
        for (int i = 0; i < 256; i += 8)
        {
            largest = Vector256.Max(largest, Vector256.Abs(Vector256.Load(x + i)));
        }

        float max = Largest(largest);
        Vector256<float> wanted = Vector256.Create(max);
        for (int i = 0; i < 256; i += 8)
        {
            uint found = Vector256.Equals(Vector256.Abs(Vector256.Load(x + i)), wanted).ExtractMostSignificantBits();
            if (found != 0)
            {
                return x[i + int.TrailingZeroCount((int)found)];
            }
        }

        return max;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Largest(Vector256<float> values)
    {
        Vector128<float> four = Vector128.Max(values.GetLower(), values.GetUpper());
        Vector128<float> two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return MathF.Max(two.ToScalar(), two.GetElement(1));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Round32(float* x, float inverse, sbyte* rounded) =>
        Round16(x, inverse, rounded) + Round16(x + 16, inverse, rounded + 16);

    /// <summary>Stores 16 values and returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Round16(float* x, float inverse, sbyte* rounded)
    {
        Vector256<float> factor = Vector256.Create(inverse);
        Vector256<int> low = Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(x) * factor));
        Vector256<int> high = Vector256.ConvertToInt32Native(Vector256.Round(Vector256.Load(x + 8) * factor));
        Vector128<short> firstWords = Vector128.NarrowWithSaturation(low.GetLower(), low.GetUpper());
        Vector128<short> lastWords = Vector128.NarrowWithSaturation(high.GetLower(), high.GetUpper());
        Vector128.NarrowWithSaturation(firstWords, lastWords).Store(rounded);
        return Vector256.Sum(low + high);
    }
}
