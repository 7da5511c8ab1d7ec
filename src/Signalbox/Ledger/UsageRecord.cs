using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Ledger;

/// <summary>What one request was, cost and came to.</summary>
internal sealed record UsageRecord
{
    public required string RequestId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>Time to the first useful output; null where there was none.</summary>
    public TimeSpan? TimeToFirstOutput { get; init; }

    /// <summary>The caller's dialect; null for a caller in this process.</summary>
    public string? Dialect { get; init; }

    public string? Route { get; init; }

    /// <summary>The model as the caller named it.</summary>
    public string? RequestedModel { get; init; }

    /// <summary><c>provider/upstream</c> that served, or that was tried last.</summary>
    public string? Model { get; init; }

    /// <summary>The model that the provider says has answered, where it says so.</summary>
    public string? AnsweredBy { get; init; }

    public bool Streamed { get; init; }

    public bool Relayed { get; init; }

    public int Attempts { get; init; }

    public ChatFinishReason? FinishReason { get; init; }

    public UsageDetails? Usage { get; init; }

    /// <summary>Whether the counts are the gateway's estimate because no provider stated any, or the answer broke off before its last count.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>US dollars; null = unknown, because the price or the counts are.</summary>
    public decimal? CostUsd { get; init; }

    /// <summary>What was used beside the answer that was served; <see cref="Usage"/> and <see cref="CostUsd"/> are that answer's alone.</summary>
    public Waste Waste { get; init; } = Waste.None;

    public ErrorKind? Error { get; init; }

    /// <summary>Whether the caller hung up before the end.</summary>
    public bool IsCancelled { get; init; }

    /// <summary>What the caller tagged the request with.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    public IReadOnlyList<Loss> Losses { get; init; } = [];
}
