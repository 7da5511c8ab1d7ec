using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Strategies;

/// <summary>
/// The shortest expected time to first output first. Of models whose speed nobody has seen lately one in twenty requests tries
/// one, drawn alike, so that they become known without slowing the rest down.
/// </summary>
internal sealed class FastestStrategy : IRoutingStrategy
{
    /// <summary>Share of requests that go to a model of unknown speed while there are models of known speed.</summary>
    public const double ExploredShare = 0.05;

    // Nothing but failures was seen of such a model; it is not unknown but broken.
    private const double BrokenFrom = 0.5;

    public string Name => "fastest";

    public bool FollowsTaskOrder => false;

    public string Score(PlanInput input, Span<Candidate> candidates)
    {
        int known = 0, unknown = 0;
        foreach (ref var candidate in candidates)
        {
            if (candidate.IsOpen)
            {
                var latency = Measure.Latency(input, in candidate);
                candidate.Score = -(latency ?? 0);
                candidate.Band = latency is not null ? 0 : candidate.FailureShare < BrokenFrom ? 1 : 2;
                known += candidate.Band == 0 ? 1 : 0;
                unknown += candidate.Band == 1 ? 1 : 0;
            }
        }

        if (unknown == 0)
        {
            return "the shortest time to first output first";
        }

        var chance = StableHash.Uniform(input.Draw) / (known == 0 ? 1 : ExploredShare);
        TakeTurns(candidates, unknown, (int)(Math.Min(chance, 1 - 1e-9) * unknown), isFirst: chance < 1);
        return chance < 1 ? "a model whose speed is not known is tried" : "the shortest time to first output first";
    }

    private static void TakeTurns(Span<Candidate> candidates, int count, int first, bool isFirst)
    {
        var index = 0;
        foreach (ref var candidate in candidates)
        {
            if (candidate.IsOpen && candidate.Band == 1)
            {
                var turn = (index++ - first + count) % count;
                candidate.Score = -turn;
                candidate.Band = isFirst && turn == 0 ? -1 : 1;
            }
        }
    }
}
