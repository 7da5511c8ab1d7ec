using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Routing.Decisions;

/// <summary>Why a call was made.</summary>
internal enum AttemptKind
{
    /// <summary>The plan's first choice.</summary>
    First,
    /// <summary>The same target again.</summary>
    Retry,
    /// <summary>Another target after a failure.</summary>
    Fallback,
    /// <summary>Another target beside one that was slow to begin.</summary>
    Hedge,
    /// <summary>A further step of a cascade: a stronger model, a sample, or a checker.</summary>
    Cascade,
    /// <summary>The rest of an answer that broke off.</summary>
    Continuation,
}

/// <summary>One call upstream and what it came to. Written by one attempt; complete when <see cref="Outcome"/> is set.</summary>
internal sealed class AttemptRecord
{
    private volatile AttemptOutcome _outcome;

    public required string Model { get; init; }

    public required AttemptKind Kind { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public TimeSpan? TimeToFirstOutput { get; set; }

    public TimeSpan? Duration { get; set; }

    /// <summary>Set last: whoever reads anything but <see cref="AttemptOutcome.Open"/> here may read the rest.</summary>
    public AttemptOutcome Outcome { get => _outcome; set => _outcome = value; }

    public GatewayError? Error { get; set => field = DecisionErrorText.ToKeep(value); }

    /// <summary>Verdict of a cascade's checks, 0 to 1.</summary>
    public double? Verdict { get; set; }

    /// <summary>What it used; null where nothing was (a refusal costs nothing) or nothing is known.</summary>
    public UsageDetails? Usage { get; set; }

    public bool IsEstimated { get; set; }

    /// <summary>US dollars; null = unknown.</summary>
    public decimal? CostUsd { get; set; }
}

/// <summary>How an attempt ended.</summary>
internal enum AttemptOutcome
{
    /// <summary>It is under way.</summary>
    Open,
    /// <summary>Its answer reached the caller (wholly, or as far as it came).</summary>
    Served,
    /// <summary>It failed before anything of it was shown.</summary>
    Failed,
    /// <summary>It was paid for and not shown: a hedge that lost, a cascade's answer that was not good enough, a cut-off answer that was replaced.</summary>
    Wasted,
}
