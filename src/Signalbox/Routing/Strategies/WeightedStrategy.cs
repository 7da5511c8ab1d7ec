using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>By chance, in proportion to the route's weights.</summary>
internal sealed class WeightedStrategy : IRoutingStrategy
{
    public string Name => "weighted";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            ref var candidate = ref candidates[i];
            var weight = Shares.WeightOf(input.Route.Weights, candidate.Deployment);
            candidate.Band = weight > 0 ? 0 : 1;
            candidate.Score = weight > 0 ? Shares.Score(StableHash.Stream(input.Draw, i), weight) : -candidate.Place;
        }

        return "drawn by the route's weights";
    }
}
