using Signalbox.Experiments;

namespace Signalbox.Tests.Experiments;

/// <summary>Verdicts of whole experiments.</summary>
public class ExperimentEvaluationTests
{
    private const int Runs = 200;
    private const int Observations = 5_000;

    [Theory]
    [InlineData("auto", 2)]
    [InlineData("auto", 4)]
    [InlineData("cost", 3)]
    public void Without_a_difference_at_most_5_percent_of_experiments_ever_have_a_verdict(string metric, int arms)
    {
        var random = new Random(20261121);
        var alpha = ExperimentEvaluation.AlphaOfInterval(Plan(metric, arms));
        var called = 0;
        for (var run = 0; run < Runs; run++)
        {
            var tallies = Tallies(arms);
            for (var i = 0; i < Observations; i++)
            {
                var place = random.Next(arms);
                tallies[place].Count(Result(random, 0.05, 0));
                if (random.Next(10) == 0)
                {
                    tallies[place].Count(random.NextBernoulli(0.7), before: null);
                }

                var first = place == 0 ? 1 : place;
                var last = place == 0 ? arms - 1 : place;
                var isCalled = false;
                for (var other = first; other <= last; other++)
                {
                    isCalled |= ExperimentEvaluation.Decide(metric, tallies[other], tallies[0], alpha).Verdict != ExperimentVerdict.NotYet;
                }

                if (isCalled)
                {
                    called++;
                    break;
                }
            }
        }

        Assert.True(called <= 0.05 * Runs, $"{called} of {Runs}");
    }

    [Theory]
    [InlineData("latency", -0.3, 0, 0, "winner")]
    [InlineData("latency", 0.3, 0, 0, "loser")]
    [InlineData("ttft", -0.3, 0, 0, "winner")]
    [InlineData("cost", -0.5, 0, 0, "winner")]
    [InlineData("errors", 0, 0.2, 0, "loser")]
    [InlineData("feedback", 0, 0, 0.25, "winner")]
    [InlineData("auto", 0, 0.2, 0, "loser")]
    [InlineData("auto", 0, 0, -0.25, "loser")]
    // Where people say what they think, speed alone does not win; and who makes more errors does not win at all.
    [InlineData("auto", -0.3, 0, 0, "not yet")]
    [InlineData("latency", -0.3, 0.2, 0, "not yet")]
    public void A_planted_difference_has_its_verdict(string metric, double log, double errors, double score, string expected)
    {
        var random = new Random(1);
        var tallies = Tallies(2);
        for (var i = 0; i < 3_000; i++)
        {
            tallies[0].Count(Result(random, 0.03, 0));
            tallies[1].Count(Result(random, 0.03 + errors, log));
            tallies[0].Count(random.NextBernoulli(0.5), before: null);
            tallies[1].Count(random.NextBernoulli(0.5 + score), before: null);
        }

        var report = ExperimentEvaluation.Evaluate(State(metric, tallies));

        Assert.Equal(expected, ExperimentWords.Of(report.Arms[1].Verdict));
        Assert.Equal(expected switch { "winner" => "loser", "loser" => "winner", _ => "not yet" }, ExperimentWords.Of(report.Arms[0].Verdict));
        Assert.Equal(expected switch { "winner" => "p/m1", "loser" => "p/m0", _ => null }, report.Winner);
        Assert.Equal(metric == "latency" && expected == "not yet", report.Arms[1].HeldBack is not null);
    }

    [Fact]
    public void Speed_decides_where_nobody_says_anything()
    {
        var random = new Random(1);
        var tallies = Tallies(2);
        for (var i = 0; i < 2_000; i++)
        {
            tallies[0].Count(Result(random, 0.03, 0));
            tallies[1].Count(Result(random, 0.03, -0.3));
        }

        var reading = ExperimentEvaluation.Evaluate(State("auto", tallies)).Arms[1];

        Assert.Equal((ExperimentVerdict.Winner, ExperimentMeasure.Latency), (reading.Verdict, reading.DecidedBy));
    }

    [Fact]
    public void The_order_of_arrivals_within_an_arm_does_not_matter()
    {
        var random = new Random(9);
        for (var round = 0; round < 50; round++)
        {
            var results = Enumerable.Range(0, 600).Select(i => (Place: i % 3, Result: Result(random, 0.1, 0.05 * (i % 3)), Score: random.NextDouble())).ToArray();
            var one = Report(results);
            random.Shuffle(results);
            var other = Report(results);

            Assert.Equal(one.Winner, other.Winner);
            Assert.Equal(one.Summary, other.Summary);
            foreach (var (a, b) in one.Arms.SelectMany(static arm => arm.Measures).Zip(other.Arms.SelectMany(static arm => arm.Measures)))
            {
                Assert.Equal(a.Verdict, b.Verdict);
                Assert.Equal(a.Interval!.Value.Lower, b.Interval!.Value.Lower, 1e-6);
                Assert.Equal(a.Interval!.Value.Upper, b.Interval!.Value.Upper, 1e-6);
            }
        }

        static ExperimentReport Report((int Place, RequestResult Result, double Score)[] results)
        {
            var tallies = Tallies(3);
            foreach (var (place, result, score) in results)
            {
                tallies[place].Count(result);
                tallies[place].Count(score, before: null);
            }

            return ExperimentEvaluation.Evaluate(State("auto", tallies));
        }
    }

    [Fact]
    public void Among_several_arms_the_winner_has_beaten_all_others()
    {
        // The control is in the middle of two; the third one beats it.
        Assert.Equal("p/m2", Of(0.2, 0.6, 0.01).Winner);
        // Two beat the control, and nothing is said between them.
        var tied = Of(0.5, 0.05, 0.05);
        Assert.Null(tied.Winner);
        Assert.Contains("experiment.control", tied.Summary, StringComparison.Ordinal);
        // The control beats both.
        Assert.Equal("p/m0", Of(0.01, 0.4, 0.4).Winner);
        Assert.Contains("no difference is shown yet between p/m1, p/m2", Of(0.1, 0.1, 0.1).Summary, StringComparison.Ordinal);

        static ExperimentReport Of(params double[] errors) =>
            ExperimentEvaluation.Evaluate(State("errors", [.. errors.Select(static rate => new ArmTally { Errors = new BoundedTotal(1_000, 1_000 * rate) })]));
    }

    [Fact]
    public void Later_feedback_takes_the_place_of_what_was_said_before()
    {
        var tally = new ArmTally();
        tally.Count(1, before: null);
        tally.Count(0.25, before: 1);
        Assert.Equal(new BoundedTotal(1, 0.25), tally.Feedback);
    }

    [Fact]
    public void Failures_count_as_errors_only_and_cancelled_requests_as_nothing()
    {
        var tally = new ArmTally();
        tally.Count(new RequestResult(TimeSpan.FromMilliseconds(1), null, 0.1m, IsError: true, IsCancelled: false, HasCrossed: false));
        tally.Count(new RequestResult(TimeSpan.FromMilliseconds(1), null, 0.1m, IsError: false, IsCancelled: true, HasCrossed: false));
        tally.Count(new RequestResult(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(10), null, IsError: false, IsCancelled: false, HasCrossed: true));

        Assert.Equal((3, 1, 1), (tally.Requests, tally.Cancelled, tally.Crossed));
        Assert.Equal(new BoundedTotal(2, 1), tally.Errors);
        Assert.Equal((1, 1, 0), (tally.LogLatency.Count, tally.LogTtft.Count, tally.Cost.Count));
        Assert.Equal(100, Math.Exp(tally.LogLatency.Mean), 9);
    }

    private static RequestResult Result(Random random, double errors, double log) => new(
        TimeSpan.FromMilliseconds(400 * Math.Exp(0.6 * random.NextNormal() + log)), TimeSpan.FromMilliseconds(90 * Math.Exp(0.6 * random.NextNormal() + log)),
        (decimal)(0.002 * Math.Exp(0.8 * random.NextNormal() + log)), random.NextDouble() < errors, IsCancelled: false, HasCrossed: false);

    private static ArmTally[] Tallies(int arms) => [.. Enumerable.Range(0, arms).Select(static _ => new ArmTally())];

    private static ExperimentPlan Plan(string metric, int arms) =>
        new() { Arms = [.. Enumerable.Range(0, arms).Select(i => new ExperimentArm($"p/m{i}", $"m{i}", 1.0 / arms))], Metric = metric };

    private static ExperimentState State(string metric, ArmTally[] tallies) =>
        new() { Route = "r", Epoch = 1, StartedAt = DateTimeOffset.UnixEpoch, Plan = Plan(metric, tallies.Length), Tallies = tallies };
}
