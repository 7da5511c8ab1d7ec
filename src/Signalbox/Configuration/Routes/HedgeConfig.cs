using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Routes;

/// <summary>A second request to the next model when the first is slow to begin. Never for requests with tools that act.</summary>
public sealed record HedgeConfig
{
    /// <summary>Whether slow requests are hedged. Default: false.</summary>
    public bool Enabled { get; init; }

    /// <summary>How long the first may take before the second is sent; null for the observed 95th percentile of its time to first output.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Largest share of requests that are hedged. Default 0.1.</summary>
    public double MaxShare { get; init; } = 0.1;

    internal static ConfigShape<HedgeConfig> Shape { get; } = new ConfigShape<HedgeConfig>(new HedgeConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether a second request is sent to the next model when the first is slow to begin. Never for requests with tools.")
        .Field("delay", Kinds.Duration.OrNull(), c => c.Delay, (c, v) => c with { Delay = v },
            "How long the first may take; the observed 95th percentile of its time to first output when left out.")
        .Field("maxShare", Kinds.Fraction, c => c.MaxShare, (c, v) => c with { MaxShare = v }, "Largest share of requests that are hedged.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
