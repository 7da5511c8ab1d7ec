using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>What several strategies weigh, measured in one way.</summary>
internal static class Measure
{
    /// <summary>What a model gains on others for naming the request's task among its <c>useCases</c>.</summary>
    public const double UseCaseBonus = 0.1;

    /// <summary>What a model gains at most for having the conversation in its prompt cache.</summary>
    public const double CacheBonus = 0.05;

    /// <summary>By how much a prompt that is in the cache shortens the time to first output at most.</summary>
    public const double CacheSpeedUp = 0.2;

    private const double WorstFailureShare = 0.99;

    /// <summary>Quality for this task; not bounded by 1, or the best models could not be told apart by what they are meant for.</summary>
    public static double Quality(in Candidate candidate) => candidate.Quality + (candidate.SuitsTask ? UseCaseBonus : 0);

    /// <summary>How much of the prompt the model's provider has in its cache, 0 to 1.</summary>
    public static double CachedShare(PlanInput input, in Candidate candidate) =>
        input.InputTokens > 0 ? Math.Min(1, (double)candidate.CachedTokens / input.InputTokens) : 0;

    /// <summary>
    /// Expected milliseconds until an answer begins: the mean of answers over the share of calls that become one, because a
    /// failure has to be followed by another call. Failing fast makes nobody fast. Null where no answer was seen lately.
    /// </summary>
    public static double? Latency(PlanInput input, in Candidate candidate) => candidate.LatencyMs is { } mean
        ? mean * (1 - (CacheSpeedUp * CachedShare(input, in candidate))) / (1 - Math.Min(WorstFailureShare, candidate.FailureShare))
        : null;

    /// <summary>Whether a configuration means this deployment by a name: its id or its full name.</summary>
    public static bool IsNamed(Deployment deployment, string name) => deployment.Id == name || deployment.FullName == name;

    /// <summary>How many candidates there are to choose from.</summary>
    public static int CountOpen(ReadOnlySpan<Candidate> candidates)
    {
        var count = 0;
        foreach (ref readonly var candidate in candidates)
        {
            count += candidate.IsOpen ? 1 : 0;
        }

        return count;
    }

    /// <summary>Place of the open candidate of the lowest known cost; without known costs that of the lowest quality. -1 where none is open.</summary>
    public static int Cheapest(ReadOnlySpan<Candidate> candidates)
    {
        var best = -1;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].IsOpen && (best < 0 || IsCheaper(in candidates[i], in candidates[best])))
            {
                best = i;
            }
        }

        return best;
    }

    /// <summary>Place of the open candidate of the highest quality, the first of several; -1 where none is open.</summary>
    public static int Best(ReadOnlySpan<Candidate> candidates)
    {
        var best = -1;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].IsOpen && (best < 0 || Quality(in candidates[i]) > Quality(in candidates[best])))
            {
                best = i;
            }
        }

        return best;
    }

    private static bool IsCheaper(in Candidate one, in Candidate other)
    {
        if (one.CostUsd is { } cost)
        {
            return other.CostUsd is not { } than || cost < than;
        }

        return other.CostUsd is null && one.Quality < other.Quality;
    }
}
