using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>Asks each provider for its list of models from time to time; what cannot be reached rests until it can be.</summary>
public sealed record HealthCheckConfig
{
    /// <summary>Whether providers are asked. Default: false.</summary>
    public bool Enabled { get; init; }

    /// <summary>The time between two checks of a provider. Default 30 s.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer may take. Default 5 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many checks in a row must fail before the provider rests. Default 2.</summary>
    public int Failures { get; init; } = 2;

    internal static ConfigShape<HealthCheckConfig> Shape { get; } = new ConfigShape<HealthCheckConfig>(new HealthCheckConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v },
            "Whether each provider is asked for its list of models from time to time. Any answer below 500 counts as well.")
        .Field("interval", Kinds.Duration, c => c.Interval, (c, v) => c with { Interval = v }, "The time between two checks of a provider.")
        .Field("timeout", Kinds.Duration, c => c.Timeout, (c, v) => c with { Timeout = v }, "How long an answer may take.")
        .Field("failures", Kinds.Integer(1, 100), c => c.Failures, (c, v) => c with { Failures = v },
            "How many checks in a row must fail before the provider rests, until one succeeds.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
