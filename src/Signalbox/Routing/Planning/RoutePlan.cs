namespace Signalbox.Routing.Planning;

/// <summary>What came of planning: all candidates, and the order in which those that are left are tried.</summary>
internal sealed class RoutePlan(PlanInput input, Candidate[] candidates, int[] order, string reason)
{
    public PlanInput Input { get; } = input;

    /// <summary>Every candidate in the route's order, removed ones with their reason.</summary>
    public Candidate[] Candidates { get; } = candidates;

    /// <summary>Places in <see cref="Candidates"/> of those that are left: first the route's models, best first, then its fallbacks.</summary>
    public int[] Order { get; } = order;

    /// <summary>Why the order is as it is, in a sentence of the strategy's.</summary>
    public string Reason { get; } = reason;
}
