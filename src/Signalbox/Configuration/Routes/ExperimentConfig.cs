using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;
using Signalbox.Experiments;

namespace Signalbox.Configuration.Routes;

/// <summary>The strategy <c>ab</c>: callers are split among models and stay where they are.</summary>
public sealed record ExperimentConfig
{
    /// <summary>What the split is drawn from; another word splits anew. Default: the route's id.</summary>
    public string? Seed { get; init; }

    /// <summary>What stays together: <c>key</c>, <c>session</c>, or <c>tag:NAME</c>. Default: key.</summary>
    public string By { get; init; } = "key";

    /// <summary>Shares by model; only their proportions matter. Default: all alike.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>What decides who wins: <c>auto</c>, <c>feedback</c>, <c>errors</c>, <c>latency</c>, <c>ttft</c> or <c>cost</c>. Default: auto.</summary>
    public string Metric { get; init; } = ExperimentMeasures.Auto;

    /// <summary>The model that the others are compared with. Default: the first one of the route that has a share.</summary>
    public string? Control { get; init; }

    internal static ConfigShape<ExperimentConfig> Shape { get; } = new ConfigShape<ExperimentConfig>(new ExperimentConfig())
        .Field("seed", Kinds.OptionalText, c => c.Seed, (c, v) => c with { Seed = v }, "What the split is drawn from; another word splits anew. The route's id when left out.")
        .Field("by", ByKind, c => c.By, (c, v) => c with { By = v }, "What stays together: key, session, or tag:NAME for a tag of x-signalbox-tags.")
        .Field("shares", Kinds.Map(Kinds.Weight, "an object of models and their shares"), c => c.Shares, (c, v) => c with { Shares = v },
            "Shares by model; only their proportions matter. All alike when left out.")
        .Field("metric", Kinds.Word(ExperimentMeasures.Words), c => c.Metric, (c, v) => c with { Metric = v },
            "What decides who wins; auto: feedback where there is some, else errors, else latency. docs/experiments.md says how.")
        .Field("control", Kinds.Text, c => c.Control, (c, v) => c with { Control = v },
            "The model that the others are compared with; the first one of the route that has a share when left out.");

    private static TextKind<string> ByKind => new("key, session or tag:NAME", TextChecks.ExperimentBy, static text => text) { Pattern = @"key|session|tag:.*\S.*" };

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
