namespace Signalbox.Experiments;

/// <summary>What came of the requests that were assigned to one arm, whoever answered them. Sums only: no request is kept.</summary>
internal sealed record ArmTally
{
    /// <summary>Requests that the arm answers for: not those that ended with a mistake of the caller's.</summary>
    public long Requests { get; set; }

    /// <summary>Requests that another model answered, e.g. a fallback.</summary>
    public long Crossed { get; set; }

    /// <summary>Requests whose caller hung up before the end; they count for nothing else.</summary>
    public long Cancelled { get; set; }

    /// <summary>1 for a request that the arm's model failed, 0 for one that it answered. Failed are those too that a fallback saved.</summary>
    public BoundedTotal Errors { get; set; }

    /// <summary>Scores, the latest one of each request.</summary>
    public BoundedTotal Feedback { get; set; }

    /// <summary>The logarithm of milliseconds from the request to the end of its answer.</summary>
    public RunningMoments LogLatency { get; set; }

    /// <summary>The logarithm of milliseconds to the first useful output.</summary>
    public RunningMoments LogTtft { get; set; }

    /// <summary>US dollars of a request with everything that was spent on it, where that is known.</summary>
    public RunningMoments Cost { get; set; }

    public void Count(RequestResult result)
    {
        Requests++;
        Crossed += result.HasCrossed ? 1 : 0;
        if (result.IsCancelled)
        {
            Cancelled++;
            return;
        }

        Errors = Errors.And(result.IsError || result.IsReplaced ? 1 : 0);
        if (result.IsError)
        {
            // How fast something fails is no merit.
            return;
        }

        LogLatency = LogLatency.And(LogOf(result.Duration));
        if (result.FirstOutput is { } first)
        {
            LogTtft = LogTtft.And(LogOf(first));
        }

        if (result.CostUsd is { } cost)
        {
            Cost = Cost.And((double)cost);
        }
    }

    public void Count(double score, double? before) => Feedback = before is { } old ? Feedback.Instead(old, score) : Feedback.And(score);

    private static double LogOf(TimeSpan time) => Math.Log(Math.Max(time.TotalMilliseconds, 0.001));
}

/// <summary>How a request ended, as far as an experiment asks.</summary>
internal readonly record struct RequestResult(TimeSpan Duration, TimeSpan? FirstOutput, decimal? CostUsd, bool IsError, bool IsCancelled, bool HasCrossed)
{
    /// <summary>Whether another model answered because the arm's did not. A hedge that lost has not failed.</summary>
    public bool IsReplaced { get; init; }
}
