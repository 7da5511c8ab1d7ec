using Signalbox.Sensitivity;

namespace Signalbox.Routing.Profiles;

/// <summary>Which use of the cache a caller asks for.</summary>
internal enum CacheHint
{
    Default,
    Bypass,
}

/// <summary>What a caller said about a request, in headers, in the body's <c>signalbox</c> object or in <c>ChatOptions</c>. Null: nothing was said.</summary>
internal sealed record CallerHints
{
    /// <summary>A caller who said nothing.</summary>
    public static CallerHints None { get; } = new();

    public string? Task { get; init; }

    /// <summary>Complexity as a word; null when it was given as a number.</summary>
    public Complexity? Complexity { get; init; }

    /// <summary>Complexity as a number 0..1; null when it was given as a word.</summary>
    public double? Difficulty { get; init; }

    /// <summary>It can raise what is detected, never lower it.</summary>
    public SensitivityLabel? Sensitivity { get; init; }

    public decimal? MaxCostUsd { get; init; }

    public TimeSpan? MaxLatency { get; init; }

    public string? Strategy { get; init; }

    public CacheHint Cache { get; init; }

    /// <summary>Kept on the ledger row; names are unique.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    public bool Equals(CallerHints? other) =>
        other is not null && Task == other.Task && Complexity == other.Complexity && Difficulty == other.Difficulty
        && Sensitivity == other.Sensitivity && MaxCostUsd == other.MaxCostUsd && MaxLatency == other.MaxLatency
        && Strategy == other.Strategy && Cache == other.Cache && Tags.SequenceEqual(other.Tags);

    public override int GetHashCode() => HashCode.Combine(Task, Complexity, Difficulty, Sensitivity, MaxCostUsd, Strategy, Cache, Tags.Count);
}
