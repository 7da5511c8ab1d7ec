using Signalbox.Routing.Strategies;

namespace Signalbox.Routing.Planning;

/// <summary>Step 5: constraints remove candidates with a reason, the strategy scores the rest.</summary>
internal sealed class Planner
{
    private readonly OrderedStrategy _ordered = new();

    public IRoutingStrategy Find(string word) => _ordered;

    /// <summary>Makes a plan. The array of candidates becomes the plan's.</summary>
    public RoutePlan Plan(PlanInput input, Candidate[] candidates)
    {
        var reason = Find(input.Strategy).Score(input, candidates);
        var order = new int[candidates.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        return new RoutePlan(input, candidates, order, reason);
    }
}
