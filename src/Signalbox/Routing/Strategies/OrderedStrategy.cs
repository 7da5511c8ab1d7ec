using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>In the order in which the route names them.</summary>
internal sealed class OrderedStrategy : IRoutingStrategy
{
    public string Name => "ordered";

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i].Score = -candidates[i].Place;
        }

        return "in the order in which the route names its models";
    }
}
