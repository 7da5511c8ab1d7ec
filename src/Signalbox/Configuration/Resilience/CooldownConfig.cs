using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>Rests after refusals that a further request would only meet again.</summary>
public sealed record CooldownConfig
{
    /// <summary>Whether credentials rest after refusals. Default: true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The rest after a rate limit that names no time. Default 30 s.</summary>
    public TimeSpan RateLimited { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The rest after a key was not accepted, may not use the model, or has used up its quota. Default 5 min.</summary>
    public TimeSpan Refused { get; init; } = TimeSpan.FromMinutes(5);

    internal static ConfigShape<CooldownConfig> Shape { get; } = new ConfigShape<CooldownConfig>(new CooldownConfig())
        .Field("enabled", Kinds.Boolean, c => c.Enabled, (c, v) => c with { Enabled = v }, "Whether a credential rests after it was refused.")
        .Field("rateLimited", Kinds.Duration, c => c.RateLimited, (c, v) => c with { RateLimited = v },
            "The rest after a rate limit whose answer names no time (Retry-After).")
        .Field("refused", Kinds.Duration, c => c.Refused, (c, v) => c with { Refused = v },
            "The rest after a key was not accepted, may not use the model, or has used up its quota.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
