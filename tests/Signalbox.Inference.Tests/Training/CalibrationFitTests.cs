using Signalbox.Inference.Sampling;
using Signalbox.Inference.Training.Calibration;

namespace Signalbox.Inference.Tests.Training;

public sealed class CalibrationFitTests
{
    private static readonly ConfidenceMap Planted = new(0.75, [1.2, 2, 0.25, 0.5]);

    [Fact]
    public void The_fit_recovers_planted_weights()
    {
        var fitted = LogisticFit.Fit(Answers(40_000, seed: 1));

        Assert.InRange(fitted.Bias, 0.65, 0.85);
        foreach (var (planted, found) in Planted.Weights.Zip(fitted.Weights))
        {
            Assert.InRange(found, 0.85 * planted, 1.15 * planted);
        }

        Assert.All(Answers(1000, seed: 2), answer => Assert.InRange(fitted.Of(answer.Features) - Planted.Of(answer.Features), -0.03, 0.03));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(400)]
    [InlineData(4000)]
    public void No_other_weights_near_the_fitted_ones_make_the_loss_smaller(int count)
    {
        var answers = Answers(count, seed: 3);
        var fitted = LogisticFit.Fit(answers);
        var least = Loss(answers, fitted);
        for (var i = 0; i <= ConfidenceFeatures.Count; i++)
        {
            foreach (var change in new[] { -0.01, 0.01 })
            {
                double[] weights = [.. fitted.Weights];
                var bias = fitted.Bias;
                _ = i < weights.Length ? weights[i] += change : bias += change;
                Assert.True(Loss(answers, new ConfidenceMap(bias, weights)) > least, $"parameter {i} changed by {change}");
            }
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(300)]
    [InlineData(3000)]
    public void Calibration_error_falls_also_on_answers_that_were_not_fitted_on(int count)
    {
        var answers = Answers(count, seed: 4);
        Assert.True(CalibrationResult.TryFit(Judged(answers), out var result, out var fault), fault?.Message);

        // What ten bins of so few answers scatter by themselves, and half as much again.
        var noise = Math.Sqrt(3.6 / count);
        Assert.True(result.RawError > 0.15, $"{result.RawError}");
        Assert.True(result.FittedError < Math.Min(result.RawError, noise), $"{result.FittedError} of {result.RawError}");
        Assert.True(result.CrossValidatedError < 0.02 + noise, $"{result.CrossValidatedError} of {result.RawError}");
        Assert.Equal(result.FittedError, CalibrationError.Expected(answers.Select(answer => (result.Map.Of(answer.Features), answer.Right))));
    }

    [Fact]
    public void Answers_that_a_feature_separates_perfectly_do_not_make_the_weights_run_away()
    {
        var random = new Random(5);
        (ConfidenceFeatures Features, bool Right)[] answers = [.. Enumerable.Range(0, 200).Select(i => (new ConfidenceFeatures(i % 2 == 0 ? -0.01 : -5, -random.NextDouble(), -2, i % 2 == 0 ? 9 : -9), i % 2 == 0))];
        var fitted = LogisticFit.Fit(answers);

        // Platt's targets for a hundred of each: 101/102 and 1/102.
        Assert.All(answers, answer => Assert.InRange(fitted.Of(answer.Features), answer.Right ? 0.95 : 0.001, answer.Right ? 0.999 : 0.05));
        Assert.All(fitted.Weights, static weight => Assert.InRange(weight, -10, 10));
        Assert.Equal(0, fitted.Weights[2]);
    }

    [Fact]
    public void Probabilities_stay_between_0_and_1_and_the_same_answers_give_the_same_bits()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var scale = Math.Pow(10, random.Next(-4, 4));
            (ConfidenceFeatures Features, bool Right)[] answers = [.. Enumerable.Range(0, random.Next(50, 200)).Select(i =>
                (new ConfidenceFeatures(-scale * random.NextDouble(), random.Next(4) == 0 ? -9999 : -scale * random.NextDouble(), -scale, scale * random.NextDouble()), i == 0 || (i > 1 && random.Next(seed % 7 + 1) == 0)))];
            var fitted = LogisticFit.Fit(answers);

            Assert.True(double.IsFinite(fitted.Bias) && fitted.Weights.All(double.IsFinite), $"seed {seed}");
            Assert.All(answers, answer => Assert.True(fitted.Of(answer.Features) is > 0 and < 1, $"seed {seed}: {fitted.Of(answer.Features)}"));
            var again = LogisticFit.Fit(answers);
            Assert.Equal([fitted.Bias, .. fitted.Weights], [again.Bias, .. again.Weights]);

            // The file has single precision; nothing is lost there.
            Assert.All([fitted.Bias, .. fitted.Weights], static value => Assert.Equal((float)value, value));
        }
    }

    [Fact]
    public void Features_that_never_differ_leave_the_share_of_right_answers()
    {
        (ConfidenceFeatures Features, bool Right)[] answers = [.. Enumerable.Range(0, 100).Select(static i => (new ConfidenceFeatures(-1, -1, -1, 1), i < 80))];
        var fitted = LogisticFit.Fit(answers);

        Assert.All(fitted.Weights, static weight => Assert.Equal(0, weight));
        Assert.Equal((80 * (81.0 / 82) + 20 * (1.0 / 22)) / 100, fitted.Of(new ConfidenceFeatures(-3, 0, 0, 0)), 5);
    }

    [Fact]
    public void Calibration_error_is_the_distance_in_each_bin_weighted_by_its_size()
    {
        Assert.Equal(0, CalibrationError.Expected([(1, true), (0, false)]));
        Assert.Equal(1, CalibrationError.Expected([(1, false), (0, true)]));
        Assert.Equal(0.05, CalibrationError.Expected([(0.5, true), (0.5, false), (0.7, true), (0.7, true), (0.7, true), (0.7, false), (0.9, true), (0.9, true), (0.55, true), (0.55, false)]), 12);
    }

    [Theory]
    [InlineData(49, 20, "49 answers are too few")]
    [InlineData(60, 60, "All 60 answers are right")]
    [InlineData(60, 0, "None of 60 answers is right")]
    public void Too_few_answers_or_answers_that_are_all_alike_are_refused(int count, int right, string said)
    {
        var answers = Answers(count, seed: 6).Select((answer, i) => (answer.Features, i < right));
        var withEmpty = Judged(answers).Append(new JudgedAnswer(new CalibrationQuestion(99, "?", "x"), "", false, null));

        Assert.False(CalibrationResult.TryFit(withEmpty, out var result, out var fault));
        Assert.Null(result);
        Assert.StartsWith(said, fault.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<JudgedAnswer> Judged(IEnumerable<(ConfidenceFeatures Features, bool Right)> answers) =>
        answers.Select(static (answer, i) => new JudgedAnswer(new CalibrationQuestion(i + 1, "?", "x"), "y", answer.Right, answer.Features));

    /// <summary>Of a model that is surer than it should be; as often right as the planted map says.</summary>
    private static (ConfidenceFeatures Features, bool Right)[] Answers(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var features = new ConfidenceFeatures(-2 * random.NextDouble(), -0.6 * random.NextDouble(), -6 * random.NextDouble(), -2 + 6 * random.NextDouble());
            return (features, random.NextDouble() < Planted.Of(features));
        })];
    }

    /// <summary>What the fit minimizes, written anew: cross entropy against Platt's targets, and the ridge on standardized weights.</summary>
    private static double Loss((ConfidenceFeatures Features, bool Right)[] answers, ConfidenceMap map)
    {
        var right = answers.Count(static answer => answer.Right);
        var loss = 0.0;
        foreach (var (features, isRight) in answers)
        {
            var target = isRight ? (right + 1.0) / (right + 2) : 1.0 / (answers.Length - right + 2);
            var probability = map.Of(features);
            loss -= target * Math.Log(probability) + (1 - target) * Math.Log(1 - probability);
        }

        for (var i = 0; i < ConfidenceFeatures.Count; i++)
        {
            double[] column = [.. answers.Select(answer => ValueOf(answer.Features, i))];
            var mean = column.Average();
            loss += 0.05 * map.Weights[i] * map.Weights[i] * column.Average(value => (value - mean) * (value - mean));
        }

        return loss;
    }

    private static double ValueOf(ConfidenceFeatures features, int i)
    {
        var values = new double[ConfidenceFeatures.Count];
        features.CopyTo(values);
        return values[i];
    }
}
