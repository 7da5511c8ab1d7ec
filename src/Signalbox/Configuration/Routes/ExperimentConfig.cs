using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;

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

    internal static ConfigShape<ExperimentConfig> Shape { get; } = new ConfigShape<ExperimentConfig>(new ExperimentConfig())
        .Field("seed", Kinds.OptionalText, c => c.Seed, (c, v) => c with { Seed = v }, "What the split is drawn from; another word splits anew. The route's id when left out.")
        .Field("by", ByKind, c => c.By, (c, v) => c with { By = v }, "What stays together: key, session, or tag:NAME for a tag of x-signalbox-tags.")
        .Field("shares", Kinds.Map(Kinds.Weight, "an object of models and their shares"), c => c.Shares, (c, v) => c with { Shares = v },
            "Shares by model; only their proportions matter. All alike when left out.");

    private static TextKind<string> ByKind => new("key, session or tag:NAME", TextChecks.ExperimentBy, static text => text) { Pattern = @"key|session|tag:.*\S.*" };

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
