using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration.Resilience;

/// <summary>What is done when a provider fails, is slow or is full.</summary>
public sealed record ResilienceConfig
{
    /// <summary>How often one request is tried at one target. Default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The wait before the second attempt; it doubles with each further one. Default 500 ms.</summary>
    public TimeSpan BaseDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between attempts at one target. Default 8 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>How long all attempts together may take to the first useful output; null for no limit.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>How many retries there may be beside the requests.</summary>
    public RetryBudgetConfig RetryBudget { get; init; } = new();

    /// <summary>When a deployment that fails is left alone.</summary>
    public BreakerConfig Breaker { get; init; } = new();

    /// <summary>How long a credential rests that was refused.</summary>
    public CooldownConfig Cooldown { get; init; } = new();

    /// <summary>Waiting for a deployment that is full or rests.</summary>
    public QueueConfig Queue { get; init; } = new();

    /// <summary>Asking providers whether they are well.</summary>
    public HealthCheckConfig HealthChecks { get; init; } = new();

    internal static ConfigShape<ResilienceConfig> Shape { get; } = new ConfigShape<ResilienceConfig>(new ResilienceConfig())
        .Field("maxAttempts", Kinds.Integer(1, 10), c => c.MaxAttempts, (c, v) => c with { MaxAttempts = v },
            "How often one request is tried at one target before the next target is; a provider's own maxAttempts goes before it.")
        .Field("baseDelay", Kinds.Duration, c => c.BaseDelay, (c, v) => c with { BaseDelay = v },
            "The wait before the second attempt; it doubles with each further one, and is spread by chance.")
        .Field("maxDelay", Kinds.Duration, c => c.MaxDelay, (c, v) => c with { MaxDelay = v },
            "The longest wait between attempts at one target. A provider that asks for a longer one is left for the next target.")
        .Field("totalTimeout", Kinds.Duration.OrNull(), c => c.TotalTimeout, (c, v) => c with { TotalTimeout = v },
            "How long all attempts together may take to the first useful output; no limit when left out.")
        .Field("retryBudget", Kinds.Record(() => RetryBudgetConfig.Shape), c => c.RetryBudget, (c, v) => c with { RetryBudget = v },
            "How many retries and hedges there may be beside the requests.")
        .Field("breaker", Kinds.Record(() => BreakerConfig.Shape), c => c.Breaker, (c, v) => c with { Breaker = v },
            "When a deployment that fails is left alone.")
        .Field("cooldown", Kinds.Record(() => CooldownConfig.Shape), c => c.Cooldown, (c, v) => c with { Cooldown = v },
            "How long a credential rests that was refused.")
        .Field("queue", Kinds.Record(() => QueueConfig.Shape), c => c.Queue, (c, v) => c with { Queue = v },
            "Waiting for a deployment that is full or rests.")
        .Field("healthChecks", Kinds.Record(() => HealthCheckConfig.Shape), c => c.HealthChecks, (c, v) => c with { HealthChecks = v },
            "Asking providers from time to time whether they can be reached.");

    /// <summary>The section as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
