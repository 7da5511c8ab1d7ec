using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Ledger;
using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline.Attempts;

/// <summary>What the answer that a caller got came to; more than one attempt where it was continued. A sum with an unknown part is unknown.</summary>
internal readonly record struct AttemptTotals(UsageDetails? Usage, decimal? CostUsd, bool IsEstimated)
{
    /// <summary>The sum over the attempts that were served.</summary>
    public static AttemptTotals Served(IReadOnlyList<AttemptRecord> attempts)
    {
        var sum = default(AttemptTotals);
        for (var i = 0; i < attempts.Count; i++)
        {
            if (attempts[i] is { Outcome: AttemptOutcome.Served, Usage: { } usage } attempt)
            {
                sum = sum.Usage is null ? new(usage, attempt.CostUsd, attempt.IsEstimated)
                    : new(Add(sum.Usage, usage), sum.CostUsd + attempt.CostUsd, sum.IsEstimated || attempt.IsEstimated);
            }
        }

        return sum;
    }

    /// <summary>What the request costs with the answer that is about to be served, as far as it is known before the answer begins.</summary>
    public static decimal? CostWith(RequestContext context, AnswerNotes notes) =>
        notes.Usage is { } usage ? UsageCost.Of(usage, context.Price) + Waste.Of(context.Decision.Attempts).CostUsd : null;

    public static UsageDetails Add(UsageDetails a, UsageDetails b)
    {
        var sum = new UsageDetails();
        sum.Add(a);
        sum.Add(b);
        return sum;
    }
}
