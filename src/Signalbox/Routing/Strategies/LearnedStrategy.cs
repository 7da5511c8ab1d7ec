using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// The weak model where the predictor takes it for as good as the strong one, else the strong one; the other of the two comes next,
/// the rest by quality. Without a prediction the difficulty stands in for it.
/// </summary>
internal sealed class LearnedStrategy : IRoutingStrategy
{
    public string Name => "learned";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        var settings = input.Route.Learned;
        var strong = Find(settings.Strong, candidates);
        strong = strong < 0 ? Measure.Best(candidates) : strong;
        var weak = Find(settings.Weak, candidates);
        weak = weak < 0 ? Measure.Cheapest(candidates) : weak;
        var isPredicted = !double.IsNaN(input.StrongNeeded);
        var needsStrong = (isPredicted ? input.StrongNeeded : input.Difficulty) >= input.StrongFrom;
        for (var i = 0; i < candidates.Length; i++)
        {
            ref var candidate = ref candidates[i];
            candidate.Score = Measure.Quality(in candidate);
            candidate.Band = i == (needsStrong ? strong : weak) ? 0 : i == (needsStrong ? weak : strong) ? 1 : 2;
        }

        return (isPredicted, needsStrong) switch
        {
            (true, true) => "the predictor expects the weak model to fall short: the strong model first",
            (true, false) => "the predictor expects the weak model to be as good: the weak model first",
            (false, true) => "nothing was predicted and the request looks hard: the strong model first",
            (false, false) => "nothing was predicted and the request looks easy: the weak model first",
        };
    }

    private static int Find(string? name, ReadOnlySpan<Candidate> candidates)
    {
        for (var i = 0; name is not null && i < candidates.Length; i++)
        {
            if (candidates[i].IsOpen && Measure.IsNamed(candidates[i].Deployment, name))
            {
                return i;
            }
        }

        return -1;
    }
}
