using Signalbox.Routing.Evaluation;

namespace Signalbox.Tests.Routing.Evaluation;

public class RoutingCurveTests
{
    private const int Runs = 200;

    [Fact]
    public void No_scores_beat_those_that_know_the_outcomes()
    {
        foreach (var (random, outcomes) in Cases())
        {
            var known = outcomes.Select(static outcome => outcome.Strong - outcome.Weak).ToArray();
            var best = RoutingCurve.Of(known, outcomes, 1).Apgr();
            Assert.True(best >= RoutingCurve.Of(Scores(random, outcomes.Length), outcomes, 1).Apgr() - 1e-9);
            Assert.True(best >= 0.5);
        }
    }

    [Fact]
    public void Scores_that_rise_together_give_one_curve()
    {
        foreach (var (random, outcomes) in Cases())
        {
            var scores = Scores(random, outcomes.Length);
            var curve = RoutingCurve.Of(scores, outcomes, 3);
            var moved = RoutingCurve.Of([.. scores.Select(static score => Math.Exp(3 * score) - 7)], outcomes, 3);
            Assert.Equal(curve.Qualities.ToArray(), moved.Qualities.ToArray());
            Assert.Equal(curve.Shares.ToArray(), moved.Shares.ToArray());
        }
    }

    [Fact]
    public void Opposite_scores_share_out_what_there_is_to_gain()
    {
        foreach (var (random, outcomes) in Cases())
        {
            var scores = Scores(random, outcomes.Length);
            var sum = RoutingCurve.Of(scores, outcomes, 1).Apgr() + RoutingCurve.Of([.. scores.Select(static score => -score)], outcomes, 1).Apgr();
            Assert.Equal(1, sum, 0.12);
        }
    }

    [Fact]
    public void Random_scores_close_half_of_the_gap_on_average()
    {
        var random = new Random(11);
        var outcomes = Outcomes(random, 800);
        var mean = Enumerable.Range(0, 60).Average(_ => RoutingCurve.Of(Scores(random, 800), outcomes, 1).Apgr());
        Assert.Equal(0.5, mean, 0.03);
    }

    [Fact]
    public void Equal_scores_are_a_random_order_that_depends_on_the_seed_alone()
    {
        var outcomes = Outcomes(new Random(5), 500);
        var same = new double[500];
        Assert.Equal(RoutingCurve.Of(same, outcomes, 4).Qualities.ToArray(), RoutingCurve.Of(same, outcomes, 4).Qualities.ToArray());
        Assert.NotEqual(RoutingCurve.Of(same, outcomes, 4).Qualities.ToArray(), RoutingCurve.Of(same, outcomes, 5).Qualities.ToArray());
        Assert.Equal(0.5, Enumerable.Range(0, 50).Average(seed => RoutingCurve.Of(same, outcomes, seed).Apgr()), 0.04);
    }

    [Fact]
    public void The_ends_of_the_curve_are_always_weak_and_always_strong()
    {
        foreach (var (random, outcomes) in Cases())
        {
            var curve = RoutingCurve.Of(Scores(random, outcomes.Length), outcomes, 1);
            Assert.Equal(0, curve.Shares[0]);
            Assert.Equal(1, curve.Shares[^1]);
            Assert.Equal(outcomes.Average(static outcome => outcome.Weak), curve.WeakQuality, 1e-12);
            Assert.Equal(outcomes.Average(static outcome => outcome.Strong), curve.StrongQuality, 1e-12);
            Assert.InRange(curve.CallsToClose(0.5), 0, 100);
            Assert.True(curve.CostAt(0.5 * curve.StrongQuality) <= curve.StrongCost + 1e-9);
        }
    }

    [Fact]
    public void Ten_prompts_are_rated_as_worked_out_by_hand()
    {
        // Two prompts need the strong model and have the highest scores; one is right with both, the others wrong with both.
        var outcomes = Enumerable.Range(0, 11).Select(static i => new RoutedOutcome(i == 0 ? 1 : 0, i is 0 or 9 or 10 ? 1 : 0, 1, 10)).ToArray();
        var curve = RoutingCurve.Of([.. Enumerable.Range(0, 11).Select(static i => (double)i)], outcomes, 1);

        // The points lie at 0, 2, 3, ..., 11 calls of 11; the whole gap is closed at the second one.
        Assert.Equal([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], curve.Shares.ToArray().Select(static share => (int)Math.Round(share * 11)));
        Assert.Equal(1 - (1 / 11.0), curve.Apgr(), 1e-9);
        Assert.Equal(100.0 / 11, curve.CallsToClose(0.5), 1e-9);
        Assert.Equal((2 * 10 + 9 * 1) / 11.0, curve.CostAt(curve.StrongQuality), 1e-9);
    }

    private static IEnumerable<(Random Random, RoutedOutcome[] Outcomes)> Cases() => Enumerable.Range(0, Runs).Select(static seed =>
    {
        var random = new Random(seed);
        return (random, Outcomes(random, 100 + random.Next(300)));
    });

    /// <summary>Outcomes with a gap between the models.</summary>
    private static RoutedOutcome[] Outcomes(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => new RoutedOutcome(random.Next(5) == 0 ? 1 : 0, random.Next(5) > 0 ? 1 : 0, 0.1 + random.NextDouble(), 2 + random.NextDouble()))];

    private static double[] Scores(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextDouble())];
}
