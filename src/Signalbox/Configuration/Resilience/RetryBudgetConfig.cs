using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>Bounds retries and hedges, for each deployment and in all, so that a failing provider is not given a multiple of its load.</summary>
public sealed record RetryBudgetConfig
{
    /// <summary>Whether there is a bound. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Retries for each request within the window. Default 0.2.</summary>
    public double Share { get; init; } = 0.2;

    /// <summary>Retries within the window that are always allowed, so that little traffic is retried too. Default 10.</summary>
    public int Minimum { get; init; } = 10;

    /// <summary>The time over which both are counted. Default 10 s.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(10);

    internal static ConfigShape<RetryBudgetConfig> Shape { get; } = new ConfigShape<RetryBudgetConfig>(new RetryBudgetConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v }, "Whether retries and hedges are bounded beyond maxAttempts.")
        .Field("share", Kinds.Fraction, c => c.Share, (c, v) => c with { Share = v },
            "Retries and hedges for each request within the window, at one deployment and in all.")
        .Field("minimum", Kinds.Integer(0, int.MaxValue), c => c.Minimum, (c, v) => c with { Minimum = v },
            "Retries and hedges within the window that are always allowed, so that little traffic is retried too.")
        .Field("window", Kinds.Duration, c => c.Window, (c, v) => c with { Window = v }, "The time over which both are counted.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
