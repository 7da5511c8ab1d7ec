using Signalbox.Dialects;

namespace Signalbox.Routing.Planning;

/// <summary>
/// The steps of one request through its plan. The walk decides, its host acts: it asks for a step, does it, and tells what came
/// of it. Sockets, clocks and money belong to the host.
/// </summary>
internal abstract class RouteWalk
{
    /// <summary>The next step, given what came of the one before; null at the start.</summary>
    public abstract RouteStep Next(StepResult? last);
}

/// <summary>What a host is asked to do.</summary>
internal abstract record RouteStep
{
    /// <summary>Call a candidate. Without a check its first useful output commits; with one its whole answer is held and judged.</summary>
    /// <param name="Candidate">Place in the plan's candidates.</param>
    /// <param name="IsChecked">Whether the answer is held and judged before anything is shown.</param>
    /// <param name="HedgeWith">Place of the candidate that may be called as well when this one is slow to begin; null for none.</param>
    internal sealed record Call(int Candidate, bool IsChecked = false, int? HedgeWith = null) : RouteStep;

    /// <summary>Serve the answer of this candidate that is being held.</summary>
    internal sealed record Serve(int Candidate) : RouteStep;

    /// <summary>Nothing is left to try: tell the caller the last failure.</summary>
    internal sealed record GiveUp : RouteStep;
}

/// <summary>What came of a call.</summary>
/// <param name="Error">Why there is no answer; null where there is one.</param>
/// <param name="Verdict">0 to 1, how good the held answer was judged; null where it was not judged.</param>
internal sealed record StepResult(GatewayError? Error, double? Verdict = null);
