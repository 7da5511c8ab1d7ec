using Signalbox.Benchmarking.Statistics;

namespace Signalbox.Benchmarking.Reports;

/// <summary>Makes a report of what was measured. Reads only; a report can be made at any time.</summary>
internal sealed class ReportBuilder(BenchmarkPlan plan, IReadOnlyList<Measurement> measurements, IReadOnlyList<Judgement> judgements)
{
    public const double ErrorRate = 0.05;

    /// <summary>With fewer prompts, rounds are drawn again instead of prompts, and what is said of times holds for these prompts alone.</summary>
    public const int FewPrompts = 8;

    private static readonly Measure[] Measures = Enum.GetValues<Measure>();

    private readonly ILookup<int, Measurement> _good = measurements.Where(static m => m.IsGood).ToLookup(static m => m.Model);

    /// <summary>The first failure of each model, the warm-up's included.</summary>
    public IReadOnlyList<string?> Errors { get; init; } = [];

    public int Resamples { get; init; } = Bootstrap.DefaultResamples;

    public BenchmarkReport Build(DateTimeOffset startedAt, DateTimeOffset finishedAt, int rounds, bool isComplete)
    {
        var models = plan.Models.Select((_, model) => Result(model)).ToArray();
        var pairs = Compare();
        return new BenchmarkReport
        {
            Plan = plan,
            StartedAt = startedAt,
            FinishedAt = finishedAt,
            Rounds = rounds,
            IsComplete = isComplete,
            Models = models,
            Pairs = pairs,
            Advice = new Adviser(plan, models, pairs, measurements).Advise(),
        };
    }

    /// <summary>What a measure says of one answer; null where it says nothing.</summary>
    public static double? ValueOf(Measure measure, Measurement m) => measure switch
    {
        Measure.Latency => m.Reply.Latency.TotalMilliseconds,
        Measure.FirstToken => m.Reply.FirstToken?.TotalMilliseconds,
        Measure.TokensPerSecond => m.Reply.TokensPerSecond,
        Measure.Cost => (double?)m.Reply.CostUsd,
        Measure.Quality => m.Score.Quality,
        _ => null,
    };

    private ModelResult Result(int model)
    {
        var all = measurements.Where(m => m.Model == model).ToArray();
        double? Mean(Func<Measurement, double?> pick) => _good[model].Select(pick).Where(static value => value is not null).Average();
        return new ModelResult
        {
            Model = plan.Models[model],
            Calls = all.Length,
            Errors = all.Count(static m => !m.IsGood),
            Error = model < Errors.Count ? Errors[model] : null,
            Latency = SpreadOf(model, Measure.Latency),
            FirstToken = SpreadOf(model, Measure.FirstToken),
            TokensPerSecond = SpreadOf(model, Measure.TokensPerSecond),
            Cost = IntervalOf(model, Measure.Cost),
            Quality = IntervalOf(model, Measure.Quality),
            Exact = Mean(static m => m.Score.Exact),
            F1 = Mean(static m => m.Score.F1),
            RougeL = Mean(static m => m.Score.RougeL),
            JsonValid = Mean(static m => m.Score.JsonValid),
            SchemaValid = Mean(static m => m.Score.SchemaValid),
            JudgeShare = judgements.Where(j => j.A == model || j.B == model).Select(j => (double?)(0.5 + ((j.A == model ? j.Preference : -j.Preference) / 2.0))).Average(),
        };
    }

    private Spread? SpreadOf(int model, Measure measure)
    {
        var values = _good[model].Select(m => ValueOf(measure, m)).OfType<double>().Order().ToArray();
        if (values.Length == 0)
        {
            return null;
        }

        // The slow end: of times the largest, of speeds the smallest.
        var rank = (int)Math.Ceiling(0.99 * values.Length);
        return new Spread(IntervalOf(model, measure)!.Value, measure == Measure.TokensPerSecond ? values[^rank] : values[rank - 1]);
    }

    private Interval? IntervalOf(int model, Measure measure)
    {
        var values = _good[model].Select(m => (m.Prompt, m.Round, Value: ValueOf(measure, m))).Where(static row => row.Value is not null)
            .Select(static row => (row.Prompt, row.Round, row.Value!.Value)).ToArray();
        return values.Length == 0 ? null : BootstrapOf(measure, values, Middle.Median).At(1 - ErrorRate);
    }

    private PairDifference[] Compare()
    {
        var tests = new List<(Measure Measure, int A, int B, Bootstrap Test)>();
        for (var a = 0; a < plan.Models.Count; a++)
        {
            for (var b = a + 1; b < plan.Models.Count; b++)
            {
                foreach (var measure in Measures)
                {
                    if ((measure == Measure.Judge ? Judged(a, b) : Paired(measure, a, b)) is { } test)
                    {
                        tests.Add((measure, a, b, test));
                    }
                }
            }
        }

        var judged = Holm.Judge([.. tests.Select(static test => test.Test.PValue())], ErrorRate);
        return [.. tests.Select((test, i) => Difference(test.Measure, test.A, test.B, test.Test, judged[i]))];
    }

    private PairDifference Difference(Measure measure, int a, int b, Bootstrap test, (bool IsCalled, double Alpha) judged)
    {
        var interval = test.At(1 - judged.Alpha);
        var isShown = judged.IsCalled && !interval.HasZero;
        if (!isShown && !interval.HasZero)
        {
            // The two roundings of one resampling can differ by one draw; what is not called must not look as if it were.
            interval = interval with { Low = Math.Min(0, interval.Low), High = Math.Max(0, interval.High) };
        }

        return new PairDifference(measure, plan.Models[a], plan.Models[b], PairDifference.IsRatio(measure) ? interval.Map(static log => Math.Exp(log) - 1) : interval, 1 - judged.Alpha, isShown);
    }

    private Bootstrap? Paired(Measure measure, int a, int b)
    {
        var right = _good[b].ToDictionary(static m => m.Round);
        var differences = new List<(int Prompt, int Round, double Value)>();
        foreach (var left in _good[a])
        {
            if (right.TryGetValue(left.Round, out var other) && ValueOf(measure, left) is { } x && ValueOf(measure, other) is { } y
                && (!PairDifference.IsRatio(measure) || (x > 0 && y > 0)))
            {
                differences.Add((left.Prompt, left.Round, PairDifference.IsRatio(measure) ? Math.Log(x / y) : x - y));
            }
        }

        return differences.Count == 0 ? null : BootstrapOf(measure, differences, Middle.TrimmedMean);
    }

    private Bootstrap? Judged(int a, int b)
    {
        var votes = judgements.Where(j => j.A == a && j.B == b).Select(static j => (j.Prompt, 0, (double)j.Preference)).ToArray();
        return votes.Length == 0 ? null : BootstrapOf(Measure.Judge, votes, Middle.Mean);
    }

    private Bootstrap BootstrapOf(Measure measure, IReadOnlyList<(int Prompt, int Round, double Value)> values, Middle middleOfTimes)
    {
        // Answers to one prompt are alike in quality however often it is asked: there the prompts are what counts, be they ever so few.
        var byPrompt = measure is Measure.Quality or Measure.Judge || values.Select(static row => row.Prompt).Distinct().Count() >= FewPrompts;
        var clusters = values.GroupBy(row => byPrompt ? row.Prompt : row.Round).OrderBy(static group => group.Key).Select(static group => group.Select(static row => row.Value).ToArray());
        return new Bootstrap(clusters, PairDifference.IsRatio(measure) ? middleOfTimes : Middle.Mean, plan.Seed, Resamples);
    }
}
