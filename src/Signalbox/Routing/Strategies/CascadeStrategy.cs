using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>From the cheapest to the dearest, each asked when the answer before it was judged not good enough.</summary>
internal sealed class CascadeStrategy : IRoutingStrategy
{
    public string Name => "cascade";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            // Where prices are not known the weaker model stands for the cheaper one.
            CheapestStrategy.ScoreCost(ref candidate);
            candidate.Score = candidate.CostUsd is null ? -candidate.Quality : candidate.Score;
        }

        return "the cheapest answers first and a dearer one is asked when the answer is not good enough";
    }

    public RouteWalk Walk(RoutePlan plan) => new CascadeWalk(plan);
}
