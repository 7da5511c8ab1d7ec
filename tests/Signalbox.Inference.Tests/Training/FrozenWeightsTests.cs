using Signalbox.Inference.Gguf;
using Signalbox.Inference.Quantization;
using Signalbox.Inference.Tests.Support;
using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Adapters;

namespace Signalbox.Inference.Tests.Training;

public sealed class FrozenWeightsTests
{
    [Fact]
    public void The_levels_ascend_from_minus_one_to_one_through_zero()
    {
        var levels = Nf4Weights.Levels.ToArray();
        Assert.Equal(16, levels.Length);
        Assert.Equal(levels.Order(), levels);
        Assert.Equal((-1f, 0f, 1f), (levels[0], levels[7], levels[15]));
    }

    /// <summary>The paper's equation 4: means of neighbouring quantiles of the normal distribution, for 8 negative and 9 positive values with one zero, over the largest.</summary>
    [Fact]
    public void The_levels_are_quantiles_of_a_normal_distribution()
    {
        const double Offset = 0.9677083;
        double[] positive = [.. Enumerable.Range(0, 8).Select(static i => Quantile(Offset + (0.5 - Offset) * i / 8))];
        double[] negative = [.. Enumerable.Range(0, 7).Select(static i => -Quantile(Offset + (0.5 - Offset) * i / 7))];
        double[] expected = [.. positive.Concat(negative).Append(0).Order()];
        Assert.All(expected.Zip(Nf4Weights.Levels.ToArray()), pair => Assert.Equal(pair.First / positive[0], pair.Second, 1e-4));
    }

    [Fact]
    public void Each_level_is_the_nearest_to_itself_and_to_what_is_around_it()
    {
        for (var value = -1.2f; value <= 1.2f; value += 0.003f)
        {
            var distances = Nf4Weights.Levels.ToArray().Select(level => MathF.Abs(level - value)).ToArray();
            Assert.Equal(distances.Min(), distances[Nf4Weights.Nearest(value)], 1e-6);
        }
    }

    [Theory]
    [InlineData(7, 32)]
    [InlineData(5, 864)]
    [InlineData(300, 320)]
    [InlineData(1, 2)]
    public void A_value_comes_back_within_half_a_step_of_its_blocks_scale(int rows, int columns)
    {
        var values = Normal(rows * columns, 3);
        using var weights = Freeze(values, rows, columns);
        var back = Dequantize(weights, 0, rows);
        // The widest gap between two levels is 0.304; a scale that was rounded down cuts its block's largest value.
        for (var i = 0; i < values.Length; i++)
        {
            var block = values.AsSpan(i / Nf4Weights.Block * Nf4Weights.Block, Math.Min(Nf4Weights.Block, values.Length - i / Nf4Weights.Block * Nf4Weights.Block));
            var (scale, largest) = (weights.Scale(i / Nf4Weights.Block), Largest(block));
            Assert.InRange(MathF.Abs(back[i] - values[i]), 0, 0.152f * scale + MathF.Abs(largest - scale) + 1e-6f);
        }
    }

    [Fact]
    public void Double_quantization_costs_less_than_a_255th_of_the_spread_of_scales()
    {
        const int Rows = 96, Columns = 320;
        var values = Normal(Rows * Columns, 4);
        using var weights = Freeze(values, Rows, Columns);
        var scales = values.Chunk(Nf4Weights.Block).Select(static block => Largest(block)).ToArray();
        var spread = scales.Chunk(Nf4Weights.Group).Select(group => group.Max(scale => MathF.Abs(scale - scales.Average()))).ToArray();
        for (var block = 0; block < scales.Length; block++)
        {
            Assert.InRange(MathF.Abs(weights.Scale(block) - scales[block]), 0, spread[block / Nf4Weights.Group] / 254 + 1e-6f);
        }

        Assert.InRange(8.0 * weights.Bytes / values.Length, 4.12, 4.14);
    }

    [Fact]
    public void Normal_values_lose_less_than_in_four_even_bits()
    {
        const int Rows = 64, Columns = 320;
        var values = Normal(Rows * Columns, 5);
        using var normal = Freeze(values, Rows, Columns);
        using var even = BlockWeights.Quantize(TensorType.Q4_0, Rows, Columns, Source(values));
        var (lost, lostEven) = (Error(values, Dequantize(normal, 0, Rows)), Error(values, Dequantize(even, 0, Rows)));

        Assert.InRange(lost, 0.05, 0.1);
        Assert.True(lost < lostEven * 1.1, $"NF4 lost {lost}, Q4_0 with twice as many scales {lostEven}");
    }

    [Fact]
    public void A_zero_matrix_stays_zero()
    {
        using var weights = Freeze(new float[640], 2, 320);
        Assert.All(Dequantize(weights, 0, 2), static value => Assert.Equal(0, value));
    }

    [Fact]
    public unsafe void Any_panel_and_any_row_is_that_of_the_whole()
    {
        const int Rows = 40, Columns = 96;
        var values = Normal(Rows * Columns, 6);
        foreach (var weights in (FrozenWeights[])[Freeze(values, Rows, Columns), BlockWeights.Quantize(TensorType.Q4_0, Rows, Columns, Source(values))])
        {
            using (weights)
            {
                var whole = Dequantize(weights, 0, Rows);
                Assert.Equal(whole[(7 * Columns)..(20 * Columns)], Dequantize(weights, 7, 13));
                var row = new float[Columns];
                fixed (float* target = row)
                {
                    weights.DequantizeRow(33, target);
                }

                Assert.Equal(whole[(33 * Columns)..(34 * Columns)], row);
            }
        }
    }

    [Theory]
    [InlineData(TensorType.F32)]
    [InlineData(TensorType.F16)]
    [InlineData(TensorType.BF16)]
    [InlineData(TensorType.Q8_0)]
    [InlineData(TensorType.Q4_0)]
    [InlineData(TensorType.Q4_K)]
    [InlineData(TensorType.Q6_K)]
    public void A_base_of_any_type_is_frozen(TensorType type)
    {
        var model = new RandomModel { EmbeddingLength = 256, FeedForwardLength = 256, VocabularySize = FinetuneSetup.Vocabulary, Layers = 1 };
        foreach (var kind in Enum.GetValues<FrozenKind>())
        {
            using var setup = new FinetuneSetup(kind: kind, type: type, model: model);
            var expected = setup.File.Tensors.Where(static tensor => tensor.Rows > 1).SelectMany(Values).ToArray();

            Assert.InRange(Error(expected, setup.Base()), 0, 0.13);
        }
    }

    [Fact]
    public void A_matrix_in_Q4_0_is_kept_byte_for_byte()
    {
        using var setup = new FinetuneSetup(kind: FrozenKind.Q4_0, type: TensorType.Q4_0);
        Assert.Equal(setup.File.Tensors.Where(static tensor => tensor.Rows > 1).SelectMany(Values), setup.Base());
    }

    [Fact]
    public void A_base_that_cannot_be_trained_says_why()
    {
        foreach (var (model, expected) in ((RandomModel, string)[])
                 [
                     (new RandomModel { Architecture = "qwen2" }, "has the architecture 'qwen2'"),
                     (new RandomModel { Metadata = static writer => writer.Set("llama.rope.scaling.factor", 4f) }, "scales its RoPE"),
                 ])
        {
            using var path = RandomModels.Create(model);
            Assert.True(GgufFile.TryOpen(path.Path, out var file, out _));
            using (file)
            {
                Assert.False(FrozenModel.TryFreeze(file, FrozenKind.Nf4, out _, out var fault));
                Assert.Contains(expected, fault.Message);
            }
        }
    }

    private static unsafe float[] Values(GgufTensor tensor)
    {
        var values = new float[tensor.Rows * tensor.Columns];
        Quantizer.Dequantize(tensor.Type, new ReadOnlySpan<byte>(tensor.Data, (int)tensor.ByteCount), values);
        return values;
    }

    private static Nf4Weights Freeze(float[] values, int rows, int columns) => new(rows, columns, Source(values));

    private static ValueSource Source(float[] values) => (first, part) => values.AsSpan((int)first, part.Length).CopyTo(part);

    private static unsafe float[] Dequantize(FrozenWeights weights, int first, int count)
    {
        using var pool = new WorkerPool(2);
        var values = new float[count * weights.Columns];
        fixed (float* target = values)
        {
            weights.Dequantize(first, count, target, pool);
        }

        return values;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        var largest = 0f;
        foreach (var value in values)
        {
            largest = Math.Max(largest, MathF.Abs(value));
        }

        return largest;
    }

    /// <summary>The root mean square of the differences over that of the values.</summary>
    private static double Error(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return Math.Sqrt(expected.Zip(actual).Sum(static pair => Math.Pow(pair.First - pair.Second, 2)) / expected.Sum(static value => (double)value * value));
    }

    private static float[] Normal(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 0.02f * (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())))];
    }

    /// <summary>Of the standard normal distribution, by bisection of its series (Abramowitz and Stegun 26.2.10).</summary>
    private static double Quantile(double probability)
    {
        var (low, high) = (-6.0, 6.0);
        for (var i = 0; i < 80; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Cumulative(middle) < probability ? (middle, high) : (low, middle);
        }

        return low;

        static double Cumulative(double x)
        {
            var (sum, term) = (x, x);
            for (var n = 1; n < 120; n++)
            {
                term *= -x * x / 2 / n;
                sum += term / (2 * n + 1);
            }

            return 0.5 + sum / Math.Sqrt(2 * Math.PI);
        }
    }
}
