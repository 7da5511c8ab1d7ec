using Signalbox.Configuration;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Planning;

/// <summary>
/// Removes the candidates that cannot or may not serve a request, each with the first reason that holds. What is not known
/// removes nothing, except a price where an amount was set. The order matters: what a last resort may let through again is asked
/// last, so that a candidate removed for it has passed everything else.
/// </summary>
internal static class Constraints
{
    /// <summary>More than any model takes: needs beyond this do not fit a window of unknown size either.</summary>
    public const int BeyondAnyWindow = 10_000_000;

    public static void Apply(PlanInput input, Span<Candidate> candidates)
    {
        var maxCost = Least(input.MaxCostUsd, input.Route.MaxCostUsd);
        var maxLatency = Least(input.MaxLatency, input.Route.MaxLatency);
        foreach (ref var candidate in candidates)
        {
            if (candidate.Removal == Removal.None)
            {
                Check(input, maxCost, maxLatency, ref candidate);
            }
        }
    }

    /// <summary>Tokens that prompt and answer need together, as far as is certain.</summary>
    public static long CertainTokens(PlanInput input) => (long)(input.InputTokensAtLeast ?? input.InputTokens) + input.MaxOutputTokens;

    private static void Check(PlanInput input, decimal? maxCost, TimeSpan? maxLatency, ref Candidate candidate)
    {
        if (input.IsModelNamed)
        {
            // The provider knows its model better than the catalog does, and refuses in its own words.
            _ = IsNotLocal(input, ref candidate) || IsTooDear(input, maxCost, ref candidate) || IsTooSlow(maxLatency, ref candidate) || IsResting(ref candidate);
            return;
        }

        var lacks = Lacking.Of(input, candidate.Deployment.Model);
        _ = IsNotLocal(input, ref candidate)
            || IsNotOfTask(ref candidate)
            || Lacks(lacks & ~Lacking.Emulated, ref candidate)
            || IsTooLong(CertainTokens(input), candidate.Deployment.Model.ContextWindow ?? BeyondAnyWindow, ref candidate)
            || IsTooDear(input, maxCost, ref candidate)
            || IsTooSlow(maxLatency, ref candidate)
            || IsTooLong((long)(input.InputTokensAtMost ?? input.InputTokens) + input.MaxOutputTokens, candidate.Deployment.Model.ContextWindow, ref candidate)
            || Lacks(lacks, ref candidate)
            || IsResting(ref candidate);
    }

    private static bool IsNotLocal(PlanInput input, ref Candidate candidate) =>
        input.Sensitivity >= SensitivityLabel.Confidential && candidate.Deployment.Locality != Locality.Local
        && Remove(ref candidate, Removal.Sensitivity, (int)input.Sensitivity, (int)candidate.Deployment.Locality);

    private static bool IsNotOfTask(ref Candidate candidate) =>
        candidate.TaskRank == TaskTable.Unnamed && Remove(ref candidate, Removal.Task, 0, 0);

    private static bool Lacks(Lack lack, ref Candidate candidate) =>
        lack != Lack.Nothing && Remove(ref candidate, Removal.Capability, (int)lack, 0);

    private static bool IsTooLong(long tokens, int? window, ref Candidate candidate) =>
        tokens > window && Remove(ref candidate, Removal.ContextWindow, tokens, window.Value);

    private static bool IsTooDear(PlanInput input, decimal? maxCost, ref Candidate candidate)
    {
        if (candidate.CostUsd is not { } cost)
        {
            return (maxCost is not null || input.HasBudget) && Remove(ref candidate, Removal.PriceUnknown, (double)(maxCost ?? 0), 0);
        }

        return cost > maxCost && Remove(ref candidate, Removal.MaxCost, (double)cost, (double)maxCost.Value);
    }

    private static bool IsTooSlow(TimeSpan? maxLatency, ref Candidate candidate) =>
        maxLatency is { } limit && candidate.LatencyMs > limit.TotalMilliseconds
        && Remove(ref candidate, Removal.MaxLatency, candidate.LatencyMs.Value, limit.TotalMilliseconds);

    private static bool IsResting(ref Candidate candidate) =>
        candidate.IsResting && Remove(ref candidate, Removal.Health, candidate.FailureShare, 0);

    private static bool Remove(ref Candidate candidate, Removal removal, double needs, double has)
    {
        candidate.Removal = removal;
        candidate.RemovalNeeds = needs;
        candidate.RemovalHas = has;
        return true;
    }

    private static T? Least<T>(T? one, T? other)
        where T : struct, IComparable<T> =>
        one is { } a && other is { } b ? (a.CompareTo(b) <= 0 ? a : b) : one ?? other;
}
