using Signalbox.Inference.Kernels.Attention;
using Signalbox.Inference.Kernels.Rows;

namespace Signalbox.Inference.Tests.Kernels;

/// <summary>Functions over rows against the same in double precision, at lengths with and without remainders.</summary>
public sealed unsafe class VectorFunctionTests
{
    public static TheoryData<int> Lengths => [1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 257];

    [Fact]
    public void Every_half_is_widened_exactly()
    {
        var halves = new ushort[65536];
        var widened = new float[65536];
        for (var i = 0; i < halves.Length; i++)
        {
            halves[i] = (ushort)i;
        }

        fixed (ushort* source = halves)
        fixed (float* target = widened)
        {
            Halves.Widen(source, target, halves.Length);
        }

        for (var i = 0; i < halves.Length; i++)
        {
            var expected = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            Assert.True(float.IsNaN(expected) ? float.IsNaN(widened[i]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(widened[i]), $"{i:x4}");
        }
    }

    [Fact]
    public void Rounding_to_half_precision_is_that_of_a_conversion_there_and_back()
    {
        var random = new Random(1);
        var values = new float[20_003];
        for (var i = 0; i < values.Length; i++)
        {
            // Every exponent, and ties: few bits below the last one that is kept.
            var bits = random.Next(int.MinValue, int.MaxValue);
            values[i] = BitConverter.Int32BitsToSingle(i % 2 == 0 ? bits : bits & ~0xFFF);
        }

        float[] special = [0, -0f, 65504, 65519.99f, 65520, -70000, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 6.1e-5f, 6.103515625e-05f, 2.9e-8f, 3e-8f];
        special.CopyTo(values, 0);
        var rounded = new float[values.Length];
        fixed (float* source = values, target = rounded)
        {
            Halves.Round(source, target, values.Length);
        }

        for (var i = 0; i < values.Length; i++)
        {
            var expected = (float)(Half)values[i];
            Assert.True(expected.Equals(rounded[i]), $"{values[i]:R}: {rounded[i]:R}, not {expected:R}");
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_root_mean_square_norm_is_that_of_double_precision(int length)
    {
        var (x, weight) = (Random(length, 1, 3), Random(length, 2, 1));
        var scale = 1 / Math.Sqrt(x.Average(v => (double)v * v) + 1e-5);
        fixed (float* values = x, weights = weight)
        {
            Norms.Rms(values, weights, values, length, 1e-5f);
        }

        AssertClose(i => Random(length, 1, 3)[i] * scale * weight[i], x, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_layer_norm_is_that_of_double_precision(int length)
    {
        var (x, weight, bias, y) = (Random(length, 1, 3), Random(length, 2, 1), Random(length, 3, 1), new float[length]);
        var mean = x.Average(v => (double)v);
        var scale = 1 / Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 1e-5);
        fixed (float* values = x, weights = weight, biases = bias, result = y)
        {
            Norms.Layer(values, weights, biases, result, length, 1e-5f);
        }

        AssertClose(i => (x[i] - mean) * scale * weight[i] + bias[i], y, 2e-6);
    }

    [Fact]
    public void The_exponential_is_right_to_two_units_of_ten_millionths()
    {
        var worst = 0.0;
        for (var x = -86.9f; x < 87.9f; x += 0.0137f)
        {
            worst = Math.Max(worst, Math.Abs(Exponential.Of(x) / Math.Exp(x) - 1));
        }

        Assert.InRange(worst, 0, 2e-7);
        Assert.Equal(0, Exponential.Of(-100));
        Assert.Equal(0, Exponential.Of(float.NegativeInfinity));
        Assert.Equal(1, Exponential.Of(0));
        Assert.Equal(float.PositiveInfinity, Exponential.Of(100));
        Assert.True(float.IsNaN(Exponential.Of(float.NaN)));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_silu_gate_is_that_of_double_precision_and_its_remainder_rounds_like_the_rest(int length)
    {
        var (gate, up) = (Random(length, 4, 6), Random(length, 5, 2));
        gate[0] = 200;
        gate[length - 1] = -200;
        var product = (float[])up.Clone();
        fixed (float* gates = gate, ups = product)
        {
            Gating.Silu(gates, ups, length);
            AssertClose(i => gate[i] / (1 + Math.Exp(-gate[i])) * up[i], product, 1e-6);

            // One at a time everything is a remainder.
            for (var i = 0; i < length; i++)
            {
                var single = up[i];
                Gating.Silu(gates + i, &single, 1);
                Assert.Equal(single, product[i]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void A_soft_cap_is_that_of_double_precision(int length)
    {
        var x = Random(length, 6, 80);
        var capped = (float[])x.Clone();
        fixed (float* values = capped)
        {
            Gating.SoftCap(values, length, 30);
        }

        AssertClose(i => 30 * Math.Tanh(x[i] / 30.0), capped, 1e-5);
    }

    [Fact]
    public void Gelu_is_looked_up_in_half_precision()
    {
        var table = new float[65536];
        float[] x = [-11, -10, -3.3f, -0.1f, 0, 0.1f, 1.2345678f, 9.99f, 10, 12.5f];
        var result = (float[])x.Clone();
        fixed (float* entries = table, values = result)
        {
            Gating.GeluTable(entries);
            Gating.GeluWithoutGate(entries, values, x.Length);
        }

        AssertClose(i => 0.5 * x[i] * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x[i] + 0.044715 * Math.Pow(x[i], 3)))), result, 5e-3);
        Assert.Equal(12.5f, result[^1]);
        Assert.Equal(0, result[0]);
        Assert.Equal((float)(Half)result[6], result[6]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(64)]
    [InlineData(90)]
    public void A_turn_keeps_the_length_of_every_pair_and_turning_back_restores_it(int length)
    {
        var half = length / 2;
        var random = new Random(length);
        var angles = Enumerable.Range(0, half).Select(_ => random.NextSingle() * 6).ToArray();
        foreach (var split in new[] { false, true })
        {
            var original = Random(length, 7, 1);
            var x = (float[])original.Clone();
            Turn(x, angles, split, 1);
            for (var pair = 0; pair < half; pair++)
            {
                var (first, second) = split ? (pair, pair + half) : (2 * pair, 2 * pair + 1);
                Assert.Equal(original[first] * Math.Cos(angles[pair]) - original[second] * Math.Sin(angles[pair]), x[first], 1e-5);
                Assert.Equal(original[first] * Math.Sin(angles[pair]) + original[second] * Math.Cos(angles[pair]), x[second], 1e-5);
            }

            Turn(x, angles, split, -1);
            AssertClose(i => original[i], x, 1e-5);
        }
    }

    private static void Turn(float[] x, float[] angles, bool split, int direction)
    {
        var cosines = new float[x.Length];
        var sines = new float[x.Length];
        for (var pair = 0; pair < angles.Length; pair++)
        {
            var (cosine, sine) = (MathF.Cos(angles[pair]), MathF.Sin(angles[pair] * direction));
            if (split)
            {
                (cosines[pair], sines[pair]) = (cosine, sine);
            }
            else
            {
                (cosines[2 * pair], cosines[2 * pair + 1], sines[2 * pair], sines[2 * pair + 1]) = (cosine, cosine, -sine, sine);
            }
        }

        fixed (float* values = x, c = cosines, s = sines)
        {
            if (split)
            {
                Rope.Halves(values, c, s, angles.Length);
            }
            else
            {
                Rope.Neighbours(values, c, s, x.Length);
            }
        }
    }

    private static float[] Random(int length, int seed, float spread)
    {
        var random = new Random(seed * 1000 + length);
        return [.. Enumerable.Range(0, length).Select(_ => spread * (random.NextSingle() * 2 - 1))];
    }

    private static void AssertClose(Func<int, double> expected, float[] actual, double tolerance)
    {
        for (var i = 0; i < actual.Length; i++)
        {
            Assert.Equal(expected(i), actual[i], tolerance * Math.Max(1, Math.Abs(expected(i))));
        }
    }
}
