using Signalbox.Benchmarking;
using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Benchmarks;

/// <summary>The comparative benchmark: whom it asks what, and whether it runs by itself.</summary>
public sealed record BenchmarkConfig
{
    /// <summary>Whether a gateway that serves runs benchmarks by itself. Default: ENABLE_BENCHMARKING of the environment, else no.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How many requests begin the next benchmark. Default: BENCHMARK_INTERVAL_REQUESTS of the environment, else 100.</summary>
    public int? IntervalRequests { get; init; }

    /// <summary>Models, versions or routes to compare; empty for the versions that are configured, else the models of this process and of the route auto.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>A file of prompts, JSON lines; null for those that Signalbox brings.</summary>
    public string? Prompts { get; init; }

    /// <summary>How often each prompt is asked of each model. Default 10.</summary>
    public int Runs { get; init; } = BenchmarkPlan.DefaultRuns;

    /// <summary>The share of the time that a benchmark which runs by itself may be busy. Default 0.05.</summary>
    public double MaxShare { get; init; } = 0.05;

    internal const int DefaultInterval = 100;

    internal static ConfigShape<BenchmarkConfig> Shape { get; } = new ConfigShape<BenchmarkConfig>(new BenchmarkConfig())
        .Field("enabled", Kinds.Boolean.OrNull(), c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether a gateway that serves runs benchmarks by itself; when left out, ENABLE_BENCHMARKING of the environment says, else no.")
        .Field("intervalRequests", Kinds.Count.OrNull(), c => c.IntervalRequests, (c, v) => c with { IntervalRequests = v },
            "How many requests begin the next benchmark; when left out, BENCHMARK_INTERVAL_REQUESTS of the environment says, else 100.")
        .Field("models", Kinds.List(Kinds.Text, "a list of models"), c => c.Models, (c, v) => c with { Models = v },
            "Models, versions or routes to compare; when left out, the versions that are configured, else the models of this process and of the route auto.")
        .Field("prompts", Kinds.FilePath, c => c.Prompts, (c, v) => c with { Prompts = v },
            "A file of prompts, JSON lines; those that Signalbox brings when left out.")
        .Field("runs", Kinds.Integer(1, BenchmarkPlan.MostRuns), c => c.Runs, (c, v) => c with { Runs = v },
            "How often each prompt is asked of each model.")
        .Field("maxShare", Kinds.Fraction, c => c.MaxShare, (c, v) => c with { MaxShare = v },
            "The share of the time that a benchmark which runs by itself may be busy.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
