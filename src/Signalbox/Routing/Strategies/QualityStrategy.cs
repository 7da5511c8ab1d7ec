using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>The highest quality first; a conversation stays where its prompt is cached unless another model is clearly better.</summary>
internal sealed class QualityStrategy : IRoutingStrategy
{
    public string Name => "quality";

    public bool FollowsTaskOrder => true;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        foreach (ref var candidate in candidates)
        {
            candidate.Score = Measure.Quality(in candidate) + (Measure.CacheBonus * Measure.CachedShare(input, in candidate));
        }

        return "the highest quality first";
    }
}
