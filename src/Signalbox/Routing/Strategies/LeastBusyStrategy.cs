using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// The less busy of two models drawn alike (the power of two choices), where busy is what is on its way there times how long
/// such a thing takes. Two choices come close to the least busy of all without sending a herd to whoever just became idle.
/// </summary>
internal sealed class LeastBusyStrategy : IRoutingStrategy
{
    private const int Drawn = 0;
    private const int Others = 1;
    private const int Full = 2;

    public string Name => "least_busy";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        var count = Measure.CountOpen(candidates);
        if (count == 0)
        {
            return "nothing is left to choose from";
        }

        var first = (int)(input.Draw % (ulong)count);
        var second = count == 1 ? first : (first + 1 + (int)((input.Draw >> 32) % (ulong)(count - 1))) % count;
        var usual = MeanLatency(input, candidates);
        var index = 0;
        foreach (ref var candidate in candidates)
        {
            if (candidate.IsOpen)
            {
                var load = (candidate.Outstanding + 1) * (Measure.Latency(input, in candidate) ?? usual);
                candidate.Band = candidate.Outstanding >= candidate.Deployment.MaxConcurrency ? Full : index == first || index == second ? Drawn : Others;

                // Of two that are equally busy the one drawn first is taken, or the route's first model would have most of a quiet day.
                candidate.Score = index == first ? -load : Math.BitDecrement(-load);
                index++;
            }
        }

        return "the less busy of two drawn by chance first";
    }

    private static double MeanLatency(PlanInput input, ReadOnlySpan<Candidate> candidates)
    {
        double sum = 0;
        var count = 0;
        foreach (ref readonly var candidate in candidates)
        {
            if (candidate.IsOpen && Measure.Latency(input, in candidate) is { } latency)
            {
                sum += latency;
                count++;
            }
        }

        return count > 0 ? sum / count : 1;
    }
}
