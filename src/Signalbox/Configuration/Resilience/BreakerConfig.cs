using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>Leaves a deployment alone that fails too often, and tries it with single requests after a rest.</summary>
public sealed record BreakerConfig
{
    /// <summary>Whether deployments that fail are left alone. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The share of failures within the window from which on it opens. Default 0.5.</summary>
    public double FailureShare { get; init; } = 0.5;

    /// <summary>How many calls within the window it takes to judge. Default 10.</summary>
    public int MinimumCalls { get; init; } = 10;

    /// <summary>The time over which calls are counted, from half a second to a day. Default 30 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the deployment is left alone before one request tries it. Default 15 s.</summary>
    public TimeSpan RestFor { get; init; } = TimeSpan.FromSeconds(15);

    internal static ConfigShape<BreakerConfig> Shape { get; } = new ConfigShape<BreakerConfig>(new BreakerConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v }, "Whether a deployment that fails too often is left alone for a while.")
        .Field("failureShare", Kinds.Fraction, c => c.FailureShare, (c, v) => c with { FailureShare = v },
            "The share of failures within the window from which on it opens.")
        .Field("minimumCalls", Kinds.Integer(2, int.MaxValue), c => c.MinimumCalls, (c, v) => c with { MinimumCalls = v },
            "How many calls within the window it takes to judge.")
        .Field("window", Kinds.Duration, c => c.Window, (c, v) => c with { Window = v }, "The time over which calls are counted; taken as half a second at least and a day at most.")
        .Field("restFor", Kinds.Duration, c => c.RestFor, (c, v) => c with { RestFor = v },
            "How long the deployment is left alone before a single request tries it.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
