namespace Signalbox.Experiments;

/// <summary>
/// Reads verdicts from an experiment's sums. They hold however often and whenever they are read: the chance that any one is ever wrong
/// while there is no difference is at most <see cref="Alpha"/>, shared out among the arms and among the measures that may decide (Bonferroni).
/// Pure, and works on a copy: no request waits for it.
/// </summary>
internal static class ExperimentEvaluation
{
    public const double Alpha = 0.05;

    /// <summary>As if each arm had been off by a factor of e^0.5 once.</summary>
    private const double PriorOfLogTime = 0.25;

    public static ExperimentReport Evaluate(ExperimentState state)
    {
        var plan = state.Plan;
        var alpha = AlphaOfInterval(plan);
        var arms = new ArmReading[plan.Arms.Count];
        for (var i = 0; i < arms.Length; i++)
        {
            arms[i] = i == plan.Control
                ? new ArmReading(ExperimentVerdict.NotYet, null, null, [])
                : Read(plan.Metric, state.Tallies[i], state.Tallies[plan.Control], alpha);
        }

        arms[plan.Control] = ReadControl(arms, plan.Control);
        var winner = WinnerOf(arms, plan.Control);
        return new ExperimentReport
        {
            State = state,
            Alpha = Alpha,
            AlphaOfInterval = alpha,
            Arms = arms,
            Winner = winner is { } place ? plan.Arms[place].Model : null,
            Summary = ExperimentWords.Summarize(state, arms, winner),
        };
    }

    public static double AlphaOfInterval(ExperimentPlan plan) =>
        Alpha / (Math.Max(1, plan.Arms.Count - 1) * ExperimentMeasures.Deciding(plan.Metric).Length);

    /// <summary>An arm's verdict alone, without the intervals, which cost more.</summary>
    public static (ExperimentVerdict Verdict, ExperimentMeasure? DecidedBy, string? HeldBack) Decide(string metric, ArmTally arm, ArmTally control, double alpha)
    {
        foreach (var measure in ExperimentMeasures.Deciding(metric))
        {
            if (metric == ExperimentMeasures.Auto && measure == ExperimentMeasure.Latency && arm.Feedback.Count > 0 && control.Feedback.Count > 0)
            {
                // Where people say what they think, speed alone does not make a winner.
                break;
            }

            if (VerdictBy(measure, arm, control, alpha) is var verdict and not ExperimentVerdict.NotYet)
            {
                // The guard rail: nobody wins whose errors are shown to be more.
                return measure != ExperimentMeasure.Errors && VerdictBy(ExperimentMeasure.Errors, arm, control, alpha) is var errors && errors != ExperimentVerdict.NotYet && errors != verdict
                    ? (ExperimentVerdict.NotYet, null, ExperimentWords.HeldBack(measure, verdict))
                    : (verdict, measure, null);
            }
        }

        return (ExperimentVerdict.NotYet, null, null);
    }

    /// <summary>What one measure shows.</summary>
    public static ExperimentVerdict VerdictBy(ExperimentMeasure measure, ArmTally arm, ArmTally control, double alpha)
    {
        var evidence = measure switch
        {
            ExperimentMeasure.Feedback => RateComparison.LogEvidence(arm.Feedback, control.Feedback),
            ExperimentMeasure.Errors => RateComparison.LogEvidence(arm.Errors, control.Errors),
            _ => MeanComparison.LogEvidence(Moments(measure, arm), Moments(measure, control), Prior(measure, arm, control)),
        };
        if (!(evidence >= -Math.Log(alpha)))
        {
            return ExperimentVerdict.NotYet;
        }

        var difference = measure switch
        {
            ExperimentMeasure.Feedback => arm.Feedback.Mean - control.Feedback.Mean,
            ExperimentMeasure.Errors => control.Errors.Mean - arm.Errors.Mean,
            _ => Moments(measure, control).Mean - Moments(measure, arm).Mean,
        };
        return difference > 0 ? ExperimentVerdict.Winner : ExperimentVerdict.Loser;
    }

    public static RunningMoments Moments(ExperimentMeasure measure, ArmTally arm) => measure switch
    {
        ExperimentMeasure.Latency => arm.LogLatency,
        ExperimentMeasure.Ttft => arm.LogTtft,
        _ => arm.Cost,
    };

    private static ArmReading Read(string metric, ArmTally arm, ArmTally control, double alpha)
    {
        var measures = Array.ConvertAll(ExperimentMeasures.All, measure => new MeasureReading(measure, IntervalOf(measure, arm, control, alpha), VerdictBy(measure, arm, control, alpha)));
        var (verdict, decidedBy, heldBack) = Decide(metric, arm, control, alpha);
        return new ArmReading(verdict, decidedBy, heldBack, measures);
    }

    private static ConfidenceInterval? IntervalOf(ExperimentMeasure measure, ArmTally arm, ArmTally control, double alpha) => measure switch
    {
        ExperimentMeasure.Feedback => RateComparison.Interval(arm.Feedback, control.Feedback, alpha),
        ExperimentMeasure.Errors => RateComparison.Interval(arm.Errors, control.Errors, alpha),
        _ => MeanComparison.Interval(Moments(measure, arm), Moments(measure, control), Prior(measure, arm, control), alpha),
    };

    private static double Prior(ExperimentMeasure measure, ArmTally arm, ArmTally control)
    {
        if (measure != ExperimentMeasure.Cost)
        {
            return PriorOfLogTime;
        }

        // As if each arm had been off by the usual cost once.
        var usual = (arm.Cost.Mean * arm.Cost.Count + control.Cost.Mean * control.Cost.Count) / Math.Max(1, arm.Cost.Count + control.Cost.Count);
        return usual * usual;
    }

    /// <summary>The control loses to any arm that wins, and wins when it has beaten all.</summary>
    private static ArmReading ReadControl(ArmReading[] arms, int control)
    {
        var others = arms.Where((_, place) => place != control).ToArray();
        if (others.FirstOrDefault(static arm => arm.Verdict == ExperimentVerdict.Winner) is { } better)
        {
            return new ArmReading(ExperimentVerdict.Loser, better.DecidedBy, null, []);
        }

        return others.Length > 0 && others.All(static arm => arm.Verdict == ExperimentVerdict.Loser)
            ? new ArmReading(ExperimentVerdict.Winner, others[0].DecidedBy, null, [])
            : new ArmReading(ExperimentVerdict.NotYet, null, null, []);
    }

    /// <summary>One that has beaten the control, which has beaten all others; or the control itself.</summary>
    private static int? WinnerOf(ArmReading[] arms, int control)
    {
        var winners = Enumerable.Range(0, arms.Length).Where(place => arms[place].Verdict == ExperimentVerdict.Winner).ToArray();
        return winners.Length == 1 && Enumerable.Range(0, arms.Length).All(place => place == winners[0] || place == control || arms[place].Verdict == ExperimentVerdict.Loser)
            ? winners[0]
            : null;
    }
}
