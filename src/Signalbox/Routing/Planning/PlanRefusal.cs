using System.Text;
using Signalbox.Dialects;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Planning;

/// <summary>What a caller is told when a plan has nothing to try: every candidate with its reason, and what would help.</summary>
internal static class PlanRefusal
{
    private const int Listed = 12;

    /// <summary>Why there is nothing to try; null where there is something.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="inspection">What made the request sensitive, where it was looked at.</param>
    public static GatewayError? Of(RoutePlan plan, SensitivityReport? inspection = null)
    {
        if (plan.Order.Length > 0 || plan.Candidates.Length == 0)
        {
            return null;
        }

        var only = OnlyReason(plan.Candidates);
        var kind = only == Removal.ContextWindow ? ErrorKind.ContextLength : ErrorKind.NoCandidate;
        return new GatewayError(kind, $"No model of '{plan.Input.Route.Id}' can serve this request: {List(plan)}. {Advice(only, plan.Input, inspection)}");
    }

    /// <summary>For a plan whose models are all resting, when the host would rather send the caller away than try them.</summary>
    public static GatewayError Resting(RoutePlan plan, TimeSpan? retryAfter) => new(ErrorKind.Overloaded,
        $"Every model of '{plan.Input.Route.Id}' that could serve this request is resting after failures. Try again later, or give the route a fallback at another provider.")
    {
        RetryAfter = retryAfter,
    };

    // What a task's table leaves out was never asked for, so it does not blur why the rest cannot serve.
    private static Removal OnlyReason(ReadOnlySpan<Candidate> candidates)
    {
        var only = Removal.Task;
        foreach (ref readonly var candidate in candidates)
        {
            if (candidate.Removal is Removal.Task or Removal.None || candidate.Removal == only)
            {
                continue;
            }

            if (only != Removal.Task)
            {
                return Removal.None;
            }

            only = candidate.Removal;
        }

        return only;
    }

    private static string List(RoutePlan plan)
    {
        var text = new StringBuilder();
        var count = 0;
        foreach (ref readonly var candidate in plan.Candidates.AsSpan())
        {
            if (candidate.Removal != Removal.None && count++ < Listed)
            {
                text.Append(text.Length > 0 ? "; " : "").Append(candidate.Deployment.Id).Append(' ').Append(RemovalText.Of(in candidate, plan.Input));
            }
        }

        return count > Listed ? text.Append("; and ").Append(count - Listed).Append(" more").ToString() : text.ToString();
    }

    private static string Advice(Removal only, PlanInput input, SensitivityReport? inspection) => only switch
    {
        Removal.ContextWindow when input.MaxOutputTokens > 0 => "Shorten the prompt, lower the limit of output tokens, or give the route a model with more room.",
        Removal.ContextWindow => "Shorten the prompt, or give the route a model with more room.",
        Removal.Capability => "Give the route a model that can, or say in its capabilities that this one can.",
        Removal.Sensitivity => "Give the route a model at a provider whose locality is local" + OtherLabels(inspection),
        Removal.KeyPermission => "Ask for a model that the key may use.",
        Removal.MaxCost => "Raise the largest cost, shorten the request, or give the route a cheaper model.",
        Removal.PriceUnknown => "Give the models a price in the configuration, or set no largest cost.",
        Removal.MaxLatency => "Raise the longest latency, or give the route a faster model.",
        Removal.Task => "Name a model for this task in the route's tasks, or leave the task out of them.",
        _ => "Change what the request needs, or give the route a model that fits.",
    };

    /// <summary>What else would help: other labels for what was found, named by its kinds. A caller's own word cannot be taken back by a label.</summary>
    private static string OtherLabels(SensitivityReport? inspection)
    {
        var kinds = new List<string>();
        foreach (var finding in inspection?.Findings ?? [])
        {
            if (finding.Label >= SensitivityLabel.Confidential && !kinds.Contains(finding.Kind))
            {
                kinds.Add(finding.Kind);
            }
        }

        return kinds.Count == 0
            ? inspection?.Failure is null ? "." : ". The request could not be inspected, so it counts as confidential."
            : $", or, where what was found ({string.Join(", ", kinds)}) may leave, another label in sensitivity.labels (for patterns and words of your own, beside them).";
    }
}
