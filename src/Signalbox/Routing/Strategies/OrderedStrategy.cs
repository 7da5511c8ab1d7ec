using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>In the order in which the route names them.</summary>
internal sealed class OrderedStrategy : IRoutingStrategy
{
    public string Name => "ordered";

    public bool FollowsTaskOrder => true;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            candidate.Score = -candidate.Place;
        }

        return "in the order in which the route names its models";
    }
}
