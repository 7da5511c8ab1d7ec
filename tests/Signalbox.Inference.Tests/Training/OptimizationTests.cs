using Signalbox.Inference.Tests.Training.Support;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Optimization;
using Signalbox.Inference.Training.Runs;

namespace Signalbox.Inference.Tests.Training;

public sealed class OptimizationTests
{
    /// <summary>By hand: m = 0.1 g, v = 0.001 g^2, both corrected to g and g^2, so the first step is rate * sign(g) beside the decay.</summary>
    [Fact]
    public void Two_steps_of_AdamW_are_those_computed_by_hand()
    {
        using var pool = new WorkerPool(2);
        using var parameters = new ParameterSet([new("w", 3, 7, true, 0, 2), new("n", 1, 5, false, 0, 2)], 1);
        using var optimizer = new AdamW(parameters, new AdamWOptions { Beta1 = 0.9f, Beta2 = 0.999f, Epsilon = 1e-8f, WeightDecay = 0.5f }, pool);
        Fill(0.5f);
        optimizer.Step(0.1, 1);

        // 2 (1 - 0.1 * 0.5) - 0.1, and without decay.
        Assert.All(parameters["w"].ValueSpan.ToArray(), static value => Assert.Equal(1.8f, value, 1e-6f));
        Assert.All(parameters["n"].ValueSpan.ToArray(), static value => Assert.Equal(1.9f, value, 1e-6f));

        Fill(-0.25f);
        optimizer.Step(0.1, 1);

        // m = 0.9 * 0.05 - 0.1 * 0.25 = 0.02, corrected by 0.19 to 0.105263; v = 0.999 * 0.00025 + 0.001 * 0.0625 = 0.00031225,
        // corrected by 0.001999 to 0.156203, whose root is 0.395225: the step is 0.1 * 0.266337.
        Assert.All(parameters["w"].ValueSpan.ToArray(), static value => Assert.Equal(1.8f * 0.95f - 0.0266337f, value, 2e-6f));
        Assert.All(parameters["n"].ValueSpan.ToArray(), static value => Assert.Equal(1.9f - 0.0266337f, value, 2e-6f));

        void Fill(float gradient)
        {
            foreach (var parameter in parameters.All)
            {
                parameter.GradientSpan.Fill(gradient);
            }
        }
    }

    [Fact]
    public void The_scale_multiplies_gradients_before_the_moments()
    {
        using var pool = new WorkerPool(1);
        using var parameters = new ParameterSet([new("w", 1, 9, true, 0, 1)], 1);
        using var optimizer = new AdamW(parameters, new AdamWOptions { Beta1 = 0.5f, Beta2 = 0.5f }, pool);
        parameters["w"].GradientSpan.Fill(4);
        optimizer.Step(0.1, 0.25);

        unsafe
        {
            Assert.Equal(0.5f, optimizer.Means[8], 1e-6f);
            Assert.Equal(0.5f, optimizer.Squares[0], 1e-6f);
        }
    }

    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(9, 0.55)]
    [InlineData(14, 0.1)]
    [InlineData(1000, 0.1)]
    public void The_rate_rises_in_a_line_and_falls_along_a_cosine_to_its_floor(int step, double expected) =>
        Assert.Equal(expected, new CosineSchedule { Peak = 1, Floor = 0.1, WarmUpSteps = 4, TotalSteps = 14 }.At(step), 1e-12);

    [Fact]
    public void Without_warm_up_the_first_rate_is_the_peak() => Assert.Equal(3, new CosineSchedule { Peak = 3, TotalSteps = 10 }.At(0));

    [Fact]
    public void The_norm_is_that_of_all_gradients_together_with_any_number_of_threads()
    {
        var expected = Norm(1);

        Assert.Equal(Math.Sqrt(6 + 3 * 16), expected, 1e-12);
        Assert.Equal(expected, Norm(3));

        static double Norm(int threads)
        {
            using var pool = new WorkerPool(threads);
            using var parameters = new ParameterSet([new("a", 2, 3, true, 0), new("b", 1, 3, false, 0)], 1);
            using var optimizer = new AdamW(parameters, new AdamWOptions(), pool);
            parameters["a"].GradientSpan.Fill(-1);
            parameters["b"].GradientSpan.Fill(4);
            return optimizer.GradientNorm();
        }
    }

    [Theory]
    [InlineData(10, 1, 0.1)]
    [InlineData(0.5, 1, 1)]
    [InlineData(10, 0, 1)]
    public void Gradients_are_scaled_down_to_the_highest_norm_and_never_up(double norm, double highest, double factor) =>
        Assert.Equal(factor, Trainer.ClipFactor(norm, highest), 1e-12);

    [Fact]
    public void First_values_depend_on_the_seed_and_have_the_deviation_that_was_asked_for()
    {
        var specs = ModelParameters.Of(TrainingSetup.Shape(layers: 8));
        using var one = new ParameterSet(specs, 1);
        using var same = new ParameterSet(specs, 1);
        using var other = new ParameterSet(specs, 2);

        Assert.Equal(one["blk.0.ffn_up.weight"].ValueSpan, same["blk.0.ffn_up.weight"].ValueSpan);
        Assert.NotEqual(one["blk.0.ffn_up.weight"].ValueSpan.ToArray(), other["blk.0.ffn_up.weight"].ValueSpan.ToArray());
        Assert.InRange(Deviation("blk.0.ffn_up.weight"), 0.019, 0.021);
        Assert.InRange(Deviation("blk.7.ffn_down.weight"), 0.0047, 0.0053);
        Assert.All(one["blk.3.attn_norm.weight"].ValueSpan.ToArray(), static value => Assert.Equal(1, value));
        Assert.All(specs, static spec => Assert.Equal(!spec.Name.Contains("norm", StringComparison.Ordinal), spec.Decays));

        double Deviation(string name) => Math.Sqrt(one[name].ValueSpan.ToArray().Average(static value => (double)value * value));
    }
}
