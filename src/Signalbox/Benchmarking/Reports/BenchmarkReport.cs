using Signalbox.Benchmarking.Statistics;

namespace Signalbox.Benchmarking.Reports;

/// <summary>What can be told of models apart from each other.</summary>
internal enum Measure
{
    Latency,
    FirstToken,
    TokensPerSecond,
    Cost,
    Quality,
    Judge,
}

/// <summary>What a benchmark has found.</summary>
internal sealed record BenchmarkReport
{
    public required BenchmarkPlan Plan { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>Rounds in which every model that was still asked has been asked.</summary>
    public required int Rounds { get; init; }

    /// <summary>False where it was cut short or is still going on.</summary>
    public required bool IsComplete { get; init; }

    public required IReadOnlyList<ModelResult> Models { get; init; }

    public required IReadOnlyList<PairDifference> Pairs { get; init; }

    public required Advice Advice { get; init; }
}

/// <summary>What one model did. Times in milliseconds, intervals of 95 %.</summary>
internal sealed record ModelResult
{
    public required string Model { get; init; }

    /// <summary>Questions that counted, the failed ones included.</summary>
    public required int Calls { get; init; }

    public required int Errors { get; init; }

    /// <summary>The first failure's words, that of the warm-up included; null where all went well.</summary>
    public string? Error { get; init; }

    public Spread? Latency { get; init; }

    public Spread? FirstToken { get; init; }

    public Spread? TokensPerSecond { get; init; }

    /// <summary>US dollars for a question, the mean.</summary>
    public Interval? Cost { get; init; }

    public Interval? Quality { get; init; }

    public double? Exact { get; init; }

    public double? F1 { get; init; }

    public double? RougeL { get; init; }

    public double? JsonValid { get; init; }

    public double? SchemaValid { get; init; }

    /// <summary>Share of comparisons that the judge decided for this model, ties as half; null without a judge.</summary>
    public double? JudgeShare { get; init; }
}

/// <summary>The median with its interval, and the slow end.</summary>
internal sealed record Spread(Interval Median, double P99);

/// <summary>One model against another in one measure.</summary>
/// <param name="Measure">What is compared.</param>
/// <param name="A">One model.</param>
/// <param name="B">The other.</param>
/// <param name="Difference">Of times and tokens/s: A over B minus 1, so -0.2 is a fifth less; of the rest: A minus B.</param>
/// <param name="Level">The confidence of the interval, after the correction for all comparisons of the report.</param>
/// <param name="IsShown">Whether the interval is clear of zero; otherwise no difference is shown.</param>
internal sealed record PairDifference(Measure Measure, string A, string B, Interval Difference, double Level, bool IsShown)
{
    public static bool IsRatio(Measure measure) => measure is Measure.Latency or Measure.FirstToken or Measure.TokensPerSecond;
}
