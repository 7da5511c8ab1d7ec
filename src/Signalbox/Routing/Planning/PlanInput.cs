using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Planning;

/// <summary>
/// Everything that a plan may depend on besides its candidates. Strategies are pure: what varies (time, chance, counters) is
/// here as a value, so that a recorded input gives the same plan again.
/// </summary>
internal sealed class PlanInput
{
    private RequestProfile? _profile;
    private string? _task;
    private double? _difficulty;

    /// <summary>What the values that cost a classifier are taken from when they are first asked for; null where they are given.</summary>
    public RequestProfile? Profile
    {
        get => _profile;
        init => _profile = value;
    }

    public required RouteConfig Route { get; init; }

    /// <summary>The word of the strategy: the caller's, else the route's, else <c>ordered</c>.</summary>
    public required string Strategy { get; init; }

    public DateTimeOffset Now { get; init; }

    /// <summary>The task, in the words of contract section 4 or the route's own.</summary>
    public string Task
    {
        get => _task ??= _profile?.Task ?? TaskNames.Chat;
        init => _task = value;
    }

    /// <summary>The task as far as anybody has asked for it.</summary>
    public string? TaskIfKnown => _task;

    /// <summary>0 easy to 1 hard.</summary>
    public double Difficulty
    {
        get => _difficulty ??= _profile?.Difficulty ?? 0;
        init => _difficulty = value;
    }

    /// <summary>The difficulty as far as anybody has asked for it.</summary>
    public double? DifficultyIfKnown => _difficulty;

    /// <summary>The predictor's score that the strong model is needed, for the strategy <c>learned</c>; NaN where nobody asked.</summary>
    public double StrongNeeded { get; init; } = double.NaN;

    /// <summary>The score from which on <see cref="StrongNeeded"/> means the strong model: the predictor's word for the route's target.</summary>
    public double StrongFrom { get; init; } = 0.5;

    /// <summary>Estimated input tokens.</summary>
    public int InputTokens { get; init; }

    /// <summary>Input tokens that are hardly ever exceeded, the estimate's high side; null where the estimate counts.</summary>
    public int? InputTokensAtMost { get; init; }

    /// <summary>Input tokens that there are beyond doubt, the estimate's low side; null where there is no such bound and the estimate counts.</summary>
    public int? InputTokensAtLeast { get; init; }

    /// <summary>Output tokens that the answer is expected to have, for costs.</summary>
    public int OutputTokens { get; init; }

    /// <summary>Output tokens that the caller reserves with its limit; 0 where it states none.</summary>
    public int MaxOutputTokens { get; init; }

    /// <summary>Whether the caller asked for one model by its name. Then nothing is removed for what the catalog thinks it cannot do.</summary>
    public bool IsModelNamed { get; init; }

    public Modalities Input { get; init; } = Modalities.Text;

    public RequestNeeds Needs { get; init; }

    public SensitivityLabel Sensitivity { get; init; }

    public decimal? MaxCostUsd { get; init; }

    public TimeSpan? MaxLatency { get; init; }

    /// <summary>Whether a budget applies, so that what has no known price may not be used.</summary>
    public bool HasBudget { get; init; }

    /// <summary>What stays together in an experiment: a key, a session, a tag's value; null where there is none.</summary>
    public string? StickyKey { get; init; }

    /// <summary>Chance, as a value: uniform 64 bits.</summary>
    public ulong Draw { get; init; }

    /// <summary>How many requests this route has planned before, for taking turns.</summary>
    public long Turn { get; init; }

    /// <summary>Full name of the deployment that served this conversation last; null where it is new or long ago.</summary>
    public string? LastServedBy { get; init; }

    /// <summary>Lets go of the request: what nobody has asked for by now stays unknown. The decision record outlives the prompt.</summary>
    public void Seal() => _profile = null;
}

/// <summary>What a request needs of a model beyond text.</summary>
[Flags]
internal enum RequestNeeds
{
    None = 0,
    Tools = 1,
    ForcedTools = 2,
    JsonSchema = 4,
    Prefill = 8,
    Reasoning = 16,
}
