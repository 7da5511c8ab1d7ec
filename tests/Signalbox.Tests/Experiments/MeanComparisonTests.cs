using Signalbox.Experiments;

namespace Signalbox.Tests.Experiments;

/// <summary>Means may be compared after every observation.</summary>
public class MeanComparisonTests
{
    private const int Runs = 300;
    private const int Observations = 5_000;
    private const double Prior = 0.25;
    private static readonly double Enough = -Math.Log(0.05);

    [Theory]
    [InlineData(0.5, "normal")]
    [InlineData(0.1, "normal")]
    [InlineData(0.5, "skewed")]
    public void Without_a_difference_at_most_5_percent_of_runs_ever_call_one(double share, string shape)
    {
        var random = new Random(20261121);
        var called = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (arm, control) = (new RunningMoments(), new RunningMoments());
            for (var i = 0; i < Observations; i++)
            {
                var value = shape == "normal" ? 5 + random.NextNormal() : Math.Exp(random.NextNormal());
                (arm, control) = random.NextDouble() < share ? (arm.And(value), control) : (arm, control.And(value));
                if (MeanComparison.LogEvidence(arm, control, Prior) >= Enough)
                {
                    called++;
                    break;
                }
            }
        }

        Assert.True(called <= 0.05 * Runs, $"{called} of {Runs}");
    }

    [Fact]
    public void A_planted_difference_is_found_and_its_interval_holds_it()
    {
        var random = new Random(7);
        var (found, held) = (0, 0);
        for (var run = 0; run < 100; run++)
        {
            var (arm, control) = (new RunningMoments(), new RunningMoments());
            var (isFound, isHeld) = (false, true);
            for (var i = 0; i < Observations; i++)
            {
                (arm, control) = i % 2 == 0 ? (arm.And(5.2 + random.NextNormal()), control) : (arm, control.And(5 + random.NextNormal()));
                isFound |= MeanComparison.LogEvidence(arm, control, Prior) >= Enough;
                isHeld &= MeanComparison.Interval(arm, control, Prior, 0.05) is not { } interval || (interval.Lower <= 0.2 && 0.2 <= interval.Upper);
            }

            found += isFound ? 1 : 0;
            held += isHeld ? 1 : 0;
        }

        Assert.True(found == 100, $"{found} of 100 found");
        // Three standard errors below 95.
        Assert.True(held >= 88, $"{held} of 100 held");
    }

    [Fact]
    public void The_interval_excludes_no_difference_exactly_where_there_is_enough_evidence()
    {
        var random = new Random(3);
        for (var round = 0; round < 500; round++)
        {
            var (arm, control) = (Some(random), Some(random));
            var interval = MeanComparison.Interval(arm, control, Prior, 0.05)!.Value;
            Assert.Equal(MeanComparison.LogEvidence(arm, control, Prior) > Enough, interval.Lower > 0 || interval.Upper < 0);
        }
    }

    [Fact]
    public void Few_or_equal_observations_are_no_certainty()
    {
        var (few, many) = (new RunningMoments(), new RunningMoments());
        for (var i = 0; i < MeanComparison.LeastCount; i++)
        {
            (few, many) = (i < MeanComparison.LeastCount - 1 ? few.And(9) : few, many.And(1));
        }

        Assert.Null(MeanComparison.Interval(few, many, Prior, 0.05));
        Assert.Equal(0, MeanComparison.LogEvidence(few, many, Prior));
        Assert.Null(MeanComparison.Interval(many, many, prior: 0, 0.05));
    }

    private static RunningMoments Some(Random random) =>
        new(random.Next(MeanComparison.LeastCount, 3_000), 0.1 * random.NextNormal(), random.Next(1, 3_000));
}
