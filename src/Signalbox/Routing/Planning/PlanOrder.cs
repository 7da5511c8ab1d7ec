namespace Signalbox.Routing.Planning;

/// <summary>
/// The order in which what is left is tried: the route's models before its fallbacks, models by task rank (where the strategy
/// follows it), band, score, use case, cost and place, fallbacks as they were written.
/// </summary>
internal static class PlanOrder
{
    private static readonly int[] OnlyOne = [0];

    public static int[] Of(ReadOnlySpan<Candidate> candidates, bool followsTaskOrder)
    {
        if (candidates is [{ Removal: Removal.None }])
        {
            return OnlyOne;
        }

        var order = new int[Count(candidates)];
        var count = 0;
        for (var i = 0; i < candidates.Length; i++)
        {
            if (candidates[i].Removal == Removal.None)
            {
                // Binary insertion: few comparisons, nothing allocated, and the moves are one copy of a few integers.
                var at = Find(candidates, order.AsSpan(0, count), i, followsTaskOrder);
                order.AsSpan(at, count - at).CopyTo(order.AsSpan(at + 1));
                order[at] = i;
                count++;
            }
        }

        return order;
    }

    private static int Count(ReadOnlySpan<Candidate> candidates)
    {
        var count = 0;
        foreach (ref readonly var candidate in candidates)
        {
            count += candidate.Removal == Removal.None ? 1 : 0;
        }

        return count;
    }

    private static int Find(ReadOnlySpan<Candidate> candidates, ReadOnlySpan<int> sorted, int place, bool followsTaskOrder)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (IsBefore(in candidates[place], in candidates[sorted[middle]], followsTaskOrder))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    private static bool IsBefore(in Candidate one, in Candidate other, bool followsTaskOrder)
    {
        if (one.Deployment.IsFallback || other.Deployment.IsFallback)
        {
            return one.Deployment.IsFallback == other.Deployment.IsFallback ? one.Place < other.Place : other.Deployment.IsFallback;
        }

        if (followsTaskOrder && one.TaskRank != other.TaskRank)
        {
            return one.TaskRank < other.TaskRank;
        }

        if (one.Band != other.Band)
        {
            return one.Band < other.Band;
        }

        var byScore = other.Score.CompareTo(one.Score);
        if (byScore != 0)
        {
            return byScore < 0;
        }

        if (one.SuitsTask != other.SuitsTask)
        {
            return one.SuitsTask;
        }

        var byCost = (one.CostUsd ?? decimal.MaxValue).CompareTo(other.CostUsd ?? decimal.MaxValue);
        return byCost == 0 ? one.Place < other.Place : byCost < 0;
    }
}
