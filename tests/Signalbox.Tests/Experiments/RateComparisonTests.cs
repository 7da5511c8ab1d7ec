using Signalbox.Experiments;

namespace Signalbox.Tests.Experiments;

/// <summary>Shares may be compared after every observation.</summary>
public class RateComparisonTests
{
    private const int Runs = 300;
    private const int Observations = 5_000;
    private static readonly double Enough = -Math.Log(0.05);

    [Theory]
    [InlineData(0.02, 0.5)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.3, 0.1)]
    public void Without_a_difference_at_most_5_percent_of_runs_ever_call_one(double rate, double share)
    {
        var random = new Random(20261121);
        var called = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (arm, control) = (new BoundedTotal(), new BoundedTotal());
            for (var i = 0; i < Observations; i++)
            {
                var value = random.NextBernoulli(rate);
                (arm, control) = random.NextDouble() < share ? (arm.And(value), control) : (arm, control.And(value));
                if (RateComparison.LogEvidence(arm, control) >= Enough)
                {
                    called++;
                    break;
                }
            }
        }

        Assert.True(called <= 0.05 * Runs, $"{called} of {Runs}");
    }

    [Fact]
    public void Scores_between_0_and_1_are_bounded_as_shares_are()
    {
        var random = new Random(11);
        var called = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (arm, control) = (new BoundedTotal(), new BoundedTotal());
            for (var i = 0; i < 1_000; i++)
            {
                (arm, control) = i % 2 == 0 ? (arm.And(random.NextDouble()), control) : (arm, control.And(random.NextDouble()));
                called += RateComparison.LogEvidence(arm, control) >= Enough ? 1 : 0;
            }
        }

        Assert.Equal(0, called);
    }

    [Theory]
    [InlineData(0.30, 0.02, 200)]
    [InlineData(0.10, 0.05, 3_000)]
    public void A_planted_difference_is_found(double ofArm, double ofControl, int within)
    {
        var random = new Random(5);
        var found = 0;
        for (var run = 0; run < 100; run++)
        {
            var (arm, control) = (new BoundedTotal(), new BoundedTotal());
            for (var i = 0; i < within; i++)
            {
                (arm, control) = (arm.And(random.NextBernoulli(ofArm)), control.And(random.NextBernoulli(ofControl)));
            }

            found += RateComparison.LogEvidence(arm, control) >= Enough ? 1 : 0;
        }

        Assert.True(found >= 95, $"{found} of 100");
    }

    [Fact]
    public void The_interval_excludes_no_difference_exactly_where_there_is_enough_evidence()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var (arm, control) = (Some(random), Some(random));
            var interval = RateComparison.Interval(arm, control, 0.05)!.Value;
            Assert.InRange(interval.Estimate, interval.Lower, interval.Upper);
            Assert.InRange(interval.Lower, -1, interval.Upper);
            Assert.True(interval.Upper <= 1);
            Assert.Equal(RateComparison.LogEvidence(arm, control) > Enough, interval.Lower > 0 || interval.Upper < 0);
        }
    }

    [Fact]
    public void Nothing_is_known_of_nothing()
    {
        Assert.Null(RateComparison.Interval(new BoundedTotal(), new BoundedTotal(9, 3), 0.05));
        Assert.Equal(0, RateComparison.LogEvidence(new BoundedTotal(), new BoundedTotal()), 12);
    }

    [Theory]
    [InlineData(0.5, 0.5723649429247001)]
    [InlineData(1, 0)]
    [InlineData(10.5, 13.940625219403763)]
    [InlineData(100, 359.1342053695754)]
    [InlineData(1e6, 12815504.569147611)]
    public void The_gamma_function_is_exact(double x, double expected) => Assert.Equal(expected, LogGamma.Of(x), Math.Max(1e-12, expected * 1e-14));

    private static BoundedTotal Some(Random random)
    {
        var count = random.Next(1, 400);
        return new BoundedTotal(count, random.Next(4) == 0 ? random.Next(2) * count : random.Next(count + 1));
    }
}
