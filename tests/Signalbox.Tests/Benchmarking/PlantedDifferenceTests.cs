using Signalbox.Benchmarking;
using Signalbox.Benchmarking.Reports;

namespace Signalbox.Tests.Benchmarking;

/// <summary>What the acceptance of a benchmark asks: a planted difference is found, and where there is none, none is called.</summary>
public class PlantedDifferenceTests
{
    private const int Simulations = 300;

    [Fact]
    public async Task A_latency_difference_of_five_percent_is_found_at_the_default_number_of_rounds()
    {
        var found = 0;
        for (var seed = 0; seed < Simulations / 3; seed++)
        {
            var report = await RunAsync(new SimulatedModels(seed).Add("a").Add("b", slowness: 1.05), seed);
            var pair = Assert.Single(report.Pairs, static p => p.Measure == Measure.Latency);
            found += pair is { IsShown: true, Difference.High: < 0 } ? 1 : 0;
        }

        Assert.InRange(found, (int)(0.95 * Simulations / 3), Simulations / 3);
    }

    [Fact]
    public async Task Five_of_a_hundred_benchmarks_of_equal_models_at_most_call_any_difference()
    {
        var called = 0;
        for (var seed = 0; seed < Simulations; seed++)
        {
            var report = await RunAsync(new SimulatedModels(seed).Add("a").Add("b").Add("c"), seed);
            Assert.All(report.Pairs, static pair => Assert.Equal(pair.IsShown, !pair.Difference.HasZero));
            called += report.Pairs.Any(static pair => pair.IsShown) ? 1 : 0;
        }

        Assert.InRange(called, 0, Simulations / 20);
    }

    [Fact]
    public async Task Equal_models_stay_equal_beside_one_that_is_not()
    {
        var wrong = 0;
        for (var seed = 0; seed < 30; seed++)
        {
            var report = await RunAsync(new SimulatedModels(seed).Add("a").Add("b").Add("slow", slowness: 1.2), seed);
            Assert.All(report.Pairs.Where(static p => p.Measure == Measure.Latency && p.B == "slow"), static pair => Assert.True(pair.IsShown));
            wrong += report.Pairs.Any(static pair => pair.B == "b" && pair.IsShown) ? 1 : 0;
        }

        Assert.InRange(wrong, 0, 4);
    }

    private static Task<BenchmarkReport> RunAsync(SimulatedModels models, int seed) =>
        new BenchmarkRun(models.Plan(seed: seed), models.AskAsync, models.Clock) { Resamples = 399 }.RunAsync(TestContext.Current.CancellationToken);
}
