using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>Each model in turn.</summary>
internal sealed class RoundRobinStrategy : IRoutingStrategy
{
    public string Name => "round_robin";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        var count = Measure.CountOpen(candidates);
        if (count > 0)
        {
            var first = (int)((ulong)input.Turn % (ulong)count);
            var index = 0;
            foreach (ref var candidate in candidates)
            {
                if (candidate.IsOpen)
                {
                    candidate.Score = -((index++ - first + count) % count);
                }
            }
        }

        return "each model in turn";
    }
}
