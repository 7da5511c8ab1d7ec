namespace Signalbox.Experiments;

/// <summary>What an experiment has shown so far.</summary>
internal sealed record ExperimentReport
{
    public required ExperimentState State { get; init; }

    /// <summary>The chance that any verdict is ever wrong when there is no difference.</summary>
    public required double Alpha { get; init; }

    /// <summary>Alpha of a single interval, after correction for several arms and measures.</summary>
    public required double AlphaOfInterval { get; init; }

    /// <summary>By place; the control's is empty.</summary>
    public required IReadOnlyList<ArmReading> Arms { get; init; }

    /// <summary>The model that is ahead of all others; null while that is not shown.</summary>
    public string? Winner { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Summary { get; init; }
}

/// <summary>What is shown about an arm beside the control, and by which measure; for the control beside the others.</summary>
internal sealed record ArmReading(ExperimentVerdict Verdict, ExperimentMeasure? DecidedBy, string? HeldBack, IReadOnlyList<MeasureReading> Measures);

/// <summary>One measure of an arm beside the control; the interval is null while too little is known.</summary>
internal readonly record struct MeasureReading(ExperimentMeasure Measure, ConfidenceInterval? Interval, ExperimentVerdict Verdict);
