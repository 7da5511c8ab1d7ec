namespace Signalbox.Routing.Decisions;

/// <summary>What a decision cost beside its answer.</summary>
internal static class DecisionCost
{
    /// <summary>US dollars for attempts whose answer was not served; 0 where there was none, null where a price is not known.</summary>
    public static decimal? WasteOf(DecisionRecord decision)
    {
        var waste = 0m;
        foreach (var attempt in decision.Attempts)
        {
            if (attempt.Outcome is AttemptOutcome.Failed or AttemptOutcome.Wasted && attempt.Usage is not null)
            {
                if (attempt.CostUsd is not { } cost)
                {
                    return null;
                }

                waste += cost;
            }
        }

        return waste;
    }
}
