using Signalbox.Dialects;

namespace Signalbox.Routing.Planning;

/// <summary>What came of planning: all candidates, and the order in which those that are left are tried.</summary>
internal sealed class RoutePlan(PlanInput input, Candidate[] candidates, int[] order, string reason)
{
    public PlanInput Input { get; } = input;

    /// <summary>Every candidate in the route's order, removed ones with their reason.</summary>
    public Candidate[] Candidates { get; } = candidates;

    /// <summary>Places in <see cref="Candidates"/> of those that are left: first the route's models, best first, then its fallbacks. Empty: see <see cref="PlanRefusal"/>.</summary>
    public int[] Order { get; } = order;

    /// <summary>Why the order is as it is, in a sentence of the strategy's.</summary>
    public string Reason { get; } = reason;

    /// <summary>What had to be let through again because nothing else was left.</summary>
    public LastResort LastResort { get; init; }

    /// <summary>The failure that the walk starts from as if it had happened, so that fallbacks for it come first; null for none.</summary>
    public ErrorKind? Presumed => LastResort == LastResort.ContextFallbacks ? ErrorKind.ContextLength : null;
}

/// <summary>What a plan falls back on when the constraints leave no model to begin with.</summary>
internal enum LastResort
{
    None,
    /// <summary>Models whose breaker is open: all that is left is resting, so all of it is tried.</summary>
    Resting,
    /// <summary>Models whose room only the high side of the estimate exceeds.</summary>
    NarrowContext,
    /// <summary>Models that lack only what a translation can do without, with a loss that is reported.</summary>
    Emulation,
    /// <summary>The fallbacks that the route declares for <c>context_length</c>.</summary>
    ContextFallbacks,
    /// <summary>There is nothing: the request is refused.</summary>
    Nothing,
}
