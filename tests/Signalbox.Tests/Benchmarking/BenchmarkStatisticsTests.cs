using Signalbox.Benchmarking.Statistics;

namespace Signalbox.Tests.Benchmarking;

public class BenchmarkStatisticsTests
{
    [Theory]
    [InlineData(0.975, 1e6, 1.95996)]
    [InlineData(0.975, 23, 2.06866)]
    [InlineData(0.975, 4, 2.77645)]
    [InlineData(0.995, 1, 63.6567)]
    public void Quantiles_of_Students_distribution_are_those_of_the_tables(double share, double freedom, double expected)
    {
        Assert.Equal(expected, Distributions.StudentQuantile(share, freedom), 1e-3);
        Assert.Equal(share, Distributions.StudentBelow(expected, freedom), 1e-5);
    }

    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.975, 1.959964)]
    [InlineData(0.0001, -3.719016)]
    public void Quantiles_of_the_normal_distribution_are_those_of_the_tables(double share, double expected) =>
        Assert.Equal(expected, Distributions.NormalQuantile(share), 1e-4);

    [Fact]
    public void Ninety_five_of_a_hundred_intervals_hold_the_median_of_few_skewed_clusters()
    {
        var random = new Random(1);
        var held = 0;
        const int Trials = 1000;
        for (var trial = 0; trial < Trials; trial++)
        {
            // Log-normal with median 1, a dozen prompts of three rounds each that share the prompt's part.
            var clusters = Enumerable.Range(0, 12).Select(_ =>
            {
                var own = 0.4 * Normal(random);
                return Enumerable.Range(0, 3).Select(_ => Math.Exp(own + (0.3 * Normal(random)))).ToArray();
            });
            var interval = new Bootstrap(clusters, Middle.Median, trial, 499).At(0.95);
            held += interval.Low <= 1 && interval.High >= 1 ? 1 : 0;
        }

        Assert.InRange(held / (double)Trials, 0.93, 0.99);
    }

    [Fact]
    public void The_p_value_is_the_level_at_which_the_interval_reaches_zero()
    {
        var random = new Random(2);
        for (var trial = 0; trial < 50; trial++)
        {
            var shift = 0.5 + (0.1 * random.NextDouble());
            var bootstrap = new Bootstrap(Enumerable.Range(0, 30).Select(_ => new[] { shift + Normal(random) }), Middle.Mean, trial);
            var p = Math.Min(0.5, bootstrap.PValue());

            Assert.True(bootstrap.At(1 - (p / 1.2)).HasZero);
            Assert.False(bootstrap.At(1 - Math.Min(0.99, p * 1.2)).HasZero);
        }
    }

    [Fact]
    public void Few_clusters_or_none_bound_nothing()
    {
        Assert.False(new Bootstrap([[1.0, 2.0]], Middle.Median, 1).At(0.95).IsBounded);
        Assert.Equal(1, new Bootstrap([], Middle.Mean, 1).PValue());
        Assert.Equal(1.5, new Bootstrap([[1.0, 2.0]], Middle.Median, 1).Estimate);
    }

    [Fact]
    public void A_difference_that_is_always_the_same_is_certain_and_none_at_all_is_none()
    {
        Assert.Equal(0, new Bootstrap(Enumerable.Repeat<double[]>([0.2], 6), Middle.Mean, 1).PValue());
        Assert.Equal(1, new Bootstrap(Enumerable.Repeat<double[]>([0.0], 6), Middle.Mean, 1).PValue());
    }

    [Fact]
    public void The_trimmed_mean_leaves_out_a_tenth_at_each_end() =>
        Assert.Equal(5.5, new Bootstrap([[1.0, 2, 3, 4, 5], [6, 7, 8, 9, 1e9]], Middle.TrimmedMean, 1).Estimate);

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        double[][] clusters = [[1.0, 3], [2, 5], [4, 1], [8, 2], [3, 3]];
        Assert.Equal(new Bootstrap(clusters, Middle.Median, 7).At(0.9), new Bootstrap(clusters, Middle.Median, 7).At(0.9));
    }

    [Fact]
    public void Holm_calls_as_its_paper_does()
    {
        var judged = Holm.Judge([0.01, 0.04, 0.03, 0.005], 0.05);

        Assert.Equal([true, false, false, true], judged.Select(static j => j.IsCalled));
        Assert.Equal([0.05 / 3, 0.025, 0.025, 0.0125], judged.Select(static j => j.Alpha));
        Assert.Empty(Holm.Judge([], 0.05));
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
