using Signalbox.Dialects;

namespace Signalbox.Routing.Planning;

/// <summary>
/// What a plan falls back on when the constraints leave no model to begin with. Only removals that are matters of degree are
/// taken back: never sensitivity, permission, cost, latency, a task table, or what a model certainly cannot do.
/// </summary>
internal static class LastResorts
{
    public static LastResort Apply(PlanInput input, Span<Candidate> candidates)
    {
        var isNarrow = false;
        var fallsBackForContext = false;
        foreach (ref var candidate in candidates)
        {
            if (candidate.Removal == Removal.None && candidate.Deployment.FallbackFor is null)
            {
                return LastResort.None;
            }

            isNarrow |= candidate.Removal == Removal.ContextWindow && candidate.Deployment.FallbackFor is null;
            fallsBackForContext |= candidate.Removal == Removal.None && candidate.Deployment.FallbackFor == ErrorKind.ContextLength;
        }

        var certain = Constraints.CertainTokens(input);
        if (Revive(candidates, LastResort.Resting, certain))
        {
            return LastResort.Resting;
        }

        if (isNarrow && fallsBackForContext)
        {
            return LastResort.ContextFallbacks;
        }

        return Revive(candidates, LastResort.NarrowContext, certain) ? LastResort.NarrowContext
            : Revive(candidates, LastResort.Emulation, certain) ? LastResort.Emulation
            : LastResort.Nothing;
    }

    private static bool Revive(Span<Candidate> candidates, LastResort resort, long certainTokens)
    {
        var any = false;
        foreach (ref var candidate in candidates)
        {
            if (candidate.Deployment.FallbackFor is null && IsFor(resort, in candidate, certainTokens))
            {
                candidate.Removal = Removal.None;
                any = true;
            }
        }

        return any;
    }

    private static bool IsFor(LastResort resort, in Candidate candidate, long certainTokens) => resort switch
    {
        LastResort.Resting => candidate.Removal == Removal.Health,
        LastResort.NarrowContext => candidate.Removal == Removal.ContextWindow && certainTokens <= candidate.RemovalHas,
        LastResort.Emulation => candidate.Removal == Removal.Capability && ((Lack)candidate.RemovalNeeds & ~Lacking.Emulated) == 0,
        _ => false,
    };
}
