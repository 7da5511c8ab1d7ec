using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>An experiment: callers are split among the models by share, and each stays where it is. Without a key the split is by chance.</summary>
internal sealed class AbStrategy : IRoutingStrategy
{
    public string Name => "ab";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        var experiment = input.Route.Experiment;
        var caller = input.StickyKey is { } key ? StableHash.Of(experiment.Seed ?? input.Route.Id, key) : input.Draw;
        foreach (ref var candidate in candidates)
        {
            var weight = Shares.WeightOf(experiment.Shares, candidate.Deployment);
            candidate.Band = weight > 0 ? 0 : 1;
            candidate.Score = weight > 0 ? Shares.Score(StableHash.Mix(caller ^ StableHash.Of(candidate.Deployment.FullName)), weight) : -candidate.Place;
        }

        return input.StickyKey is null ? "drawn by the experiment's shares" : "the caller's place in the experiment";
    }
}
