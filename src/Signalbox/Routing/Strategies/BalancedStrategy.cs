using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// A weighted mean of cheapness, quality and speed, each 0 to 1 (simple additive weighting). Quality is what it is. Cost and
/// latency x become m/(m + x), where m is the mean of the models in question: one half at the mean, 1 for free or instant, and
/// unlike a scale between the least and the most it does not blow small differences up, nor let one absurd price flatten the rest.
/// </summary>
internal sealed class BalancedStrategy : IRoutingStrategy
{
    public string Name => "balanced";

    public bool FollowsTaskOrder => true;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        ScoreAll(input, candidates);
        return "cost, quality and latency weighed against each other";
    }

    public static void ScoreAll(PlanInput input, Span<Candidate> candidates)
    {
        var (cost, latency) = Means(input, candidates);
        foreach (ref var candidate in candidates)
        {
            if (candidate.IsOpen)
            {
                candidate.Score = Weigh(input, in candidate, cost, latency);
            }
        }
    }

    private static double Weigh(PlanInput input, in Candidate candidate, double meanCost, double meanLatency)
    {
        var weights = input.Route.Balance;

        // An unknown price is the worst there is, never free; an unknown speed is average, less what fails.
        var cheap = candidate.CostUsd is { } cost ? Closeness((double)cost, meanCost) : 0;
        var quick = Measure.Latency(input, in candidate) is { } latency ? Closeness(latency, meanLatency) : 0.5 * (1 - candidate.FailureShare);
        var sum = weights.Cost + weights.Quality + weights.Latency;
        return sum > 0
            ? ((weights.Cost * cheap) + (weights.Quality * Measure.Quality(in candidate)) + (weights.Latency * quick)) / sum
            : Measure.Quality(in candidate);
    }

    private static double Closeness(double value, double mean) => mean > 0 ? mean / (mean + value) : 1;

    private static (double Cost, double Latency) Means(PlanInput input, ReadOnlySpan<Candidate> candidates)
    {
        double costs = 0, latencies = 0;
        int priced = 0, timed = 0;
        foreach (ref readonly var candidate in candidates)
        {
            if (!candidate.IsOpen)
            {
                continue;
            }

            if (candidate.CostUsd is { } cost)
            {
                costs += (double)cost;
                priced++;
            }

            if (Measure.Latency(input, in candidate) is { } latency)
            {
                latencies += latency;
                timed++;
            }
        }

        return (priced > 0 ? costs / priced : 0, timed > 0 ? latencies / timed : 0);
    }
}
