using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>The lowest expected cost first, prompt caches included; a price that is not known is never the lowest.</summary>
internal sealed class CheapestStrategy : IRoutingStrategy
{
    public string Name => "cheapest";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            ScoreCost(ref candidate);
        }

        return "the lowest expected cost first";
    }

    /// <summary>Cheaper is higher; unknown prices come after all known ones.</summary>
    public static void ScoreCost(ref Candidate candidate)
    {
        candidate.Score = -(double)(candidate.CostUsd ?? 0);
        candidate.Band = candidate.CostUsd is null ? 1 : 0;
    }
}
