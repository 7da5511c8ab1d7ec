using System.Collections.Frozen;
using Signalbox.Routing.Strategies;

namespace Signalbox.Routing.Planning;

/// <summary>Step 5: constraints remove candidates with a reason, the strategy scores the rest.</summary>
internal sealed class Planner
{
    private readonly OrderedStrategy _ordered = new();
    private readonly FrozenDictionary<string, IRoutingStrategy> _strategies;

    public Planner()
    {
        IRoutingStrategy[] all =
        [
            _ordered, new RulesStrategy(), new CheapestStrategy(), new QualityStrategy(), new FastestStrategy(), new BalancedStrategy(),
            new LearnedStrategy(), new CascadeStrategy(), new RoundRobinStrategy(), new WeightedStrategy(), new LeastBusyStrategy(), new AbStrategy(),
        ];
        _strategies = all.ToFrozenDictionary(static strategy => strategy.Name, StringComparer.Ordinal);
    }

    /// <summary>The strategy of that word; <c>ordered</c> where there is none, because whoever reads the word has refused it before.</summary>
    public IRoutingStrategy Find(string word) => _strategies.TryGetValue(word, out var strategy) ? strategy : _ordered;

    /// <summary>Makes a plan. The array of candidates becomes the plan's.</summary>
    public RoutePlan Plan(PlanInput input, Candidate[] candidates)
    {
        var strategy = Find(input.Strategy);
        Expectations.Fill(input, candidates);
        Constraints.Apply(input, candidates);
        var lastResort = LastResorts.Apply(input, candidates);
        var reason = strategy.Score(input, candidates);
        // Fallbacks for a reason have nothing to follow where no model can begin.
        var order = lastResort == LastResort.Nothing ? [] : PlanOrder.Of(candidates, strategy.FollowsTaskOrder);
        return new RoutePlan(input, candidates, order, reason) { LastResort = lastResort };
    }
}
