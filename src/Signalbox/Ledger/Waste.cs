using Microsoft.Extensions.AI;
using Signalbox.Routing.Decisions;

namespace Signalbox.Ledger;

/// <summary>
/// What a request's attempts came to that were not served: failures that a provider has counted all the same, hedges that lost, answers
/// that were thrown away. What a request used is what was served and this.
/// </summary>
internal sealed record Waste
{
    public static readonly Waste None = new();

    /// <summary>Attempts that failed before anything of them was shown.</summary>
    public int Failed { get; init; }

    /// <summary>Attempts that were paid for and not shown.</summary>
    public int Wasted { get; init; }

    /// <summary>The sum of their counts; null where none has any.</summary>
    public UsageDetails? Usage { get; init; }

    /// <summary>Whether some of it is the gateway's estimate.</summary>
    public bool IsEstimated { get; init; }

    /// <summary>US dollars; 0 where nothing was used, null where the price of something is not known.</summary>
    public decimal? CostUsd { get; init; } = 0;

    /// <summary>Sums up what was not served. Each attempt must have been closed.</summary>
    public static Waste Of(IReadOnlyList<AttemptRecord> attempts)
    {
        Waste? sum = null;
        for (var i = 0; i < attempts.Count; i++)
        {
            var attempt = attempts[i];
            if (attempt.Outcome is AttemptOutcome.Failed or AttemptOutcome.Wasted)
            {
                sum = (sum ?? None).And(attempt);
            }
        }

        return sum ?? None;
    }

    private Waste And(AttemptRecord attempt)
    {
        var isFailed = attempt.Outcome == AttemptOutcome.Failed;
        var next = this with { Failed = Failed + (isFailed ? 1 : 0), Wasted = Wasted + (isFailed ? 0 : 1) };
        if (attempt.Usage is not { } usage)
        {
            return next;
        }

        var total = new UsageDetails();
        if (Usage is not null)
        {
            total.Add(Usage);
        }

        total.Add(usage);
        return next with { Usage = total, IsEstimated = IsEstimated || attempt.IsEstimated, CostUsd = CostUsd + attempt.CostUsd };
    }
}
