namespace Signalbox.Routing.Planning;

/// <summary>
/// One deployment under consideration for one request: what is known and observed about it, and what the plan makes of it. A
/// plan is an array of these, which the decision record keeps.
/// </summary>
internal struct Candidate
{
    public required Deployment Deployment;

    /// <summary>Place in the route; what ties in everything else keeps this order.</summary>
    public int Place;

    /// <summary>Rank in the route's table for the request's task, 0 the best; <see cref="TaskTable.Unnamed"/> where the table has no use for it.</summary>
    public int TaskRank;

    /// <summary>Whether its <c>useCases</c> name the request's task. The planner's to fill.</summary>
    public bool SuitsTask;

    /// <summary>Input tokens by the model's own tokenizer; 0 where the input's count stands for all.</summary>
    public int InputTokens;

    /// <summary>US dollars that the request is expected to cost here; null where the price is not known. The planner fills it where it is null.</summary>
    public decimal? CostUsd;

    /// <summary>0 to 1; the catalog's or the configuration's word, else a neutral guess.</summary>
    public double Quality;

    /// <summary>Observed mean time to first output of answers (not of failures) in milliseconds; null where none was seen lately.</summary>
    public double? LatencyMs;

    /// <summary>Requests on their way here now.</summary>
    public int Outstanding;

    /// <summary>Share of calls that failed lately, 0 to 1.</summary>
    public double FailureShare;

    /// <summary>Whether its breaker or cooldown lets no request through now.</summary>
    public bool IsResting;

    /// <summary>Tokens of this conversation that its provider has in its prompt cache, as far as is known.</summary>
    public int CachedTokens;

    /// <summary>Why it is out; <see cref="Removal.None"/> while it is in.</summary>
    public Removal Removal;

    /// <summary>The number that the removal is about, e.g. tokens needed; formatted when somebody reads the decision.</summary>
    public double RemovalNeeds;

    /// <summary>What there is instead, e.g. the context window.</summary>
    public double RemovalHas;

    /// <summary>A lower band is tried earlier whatever the scores: a strategy puts what it takes only in need into a later one.</summary>
    public int Band;

    /// <summary>Higher is tried earlier within a band. Only comparable within one plan.</summary>
    public double Score;

    /// <summary>Whether a strategy may choose it: it is one of the route's models and nothing has removed it.</summary>
    public readonly bool IsOpen => Removal == Removal.None && !Deployment.IsFallback;
}

/// <summary>Why a candidate is out.</summary>
internal enum Removal
{
    None,
    /// <summary>It lacks something that the request needs: a modality, tools, forced tools, a JSON schema, a kind of model.</summary>
    Capability,
    /// <summary>Prompt and answer do not fit its context window.</summary>
    ContextWindow,
    /// <summary>The request is confidential and it is not local.</summary>
    Sensitivity,
    /// <summary>The caller's key may not use it.</summary>
    KeyPermission,
    /// <summary>It costs more than the caller or the route allows.</summary>
    MaxCost,
    /// <summary>It was slower than the caller or the route allows.</summary>
    MaxLatency,
    /// <summary>Its breaker is open, its credential cools down, or a health check failed.</summary>
    Health,
    /// <summary>Its price is not known, and a budget or a largest cost applies.</summary>
    PriceUnknown,
    /// <summary>The route's task table does not name it for this task.</summary>
    Task,
    /// <summary>The strategy has no use for it for this request.</summary>
    Strategy,
}
