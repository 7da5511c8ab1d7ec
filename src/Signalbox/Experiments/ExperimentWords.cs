namespace Signalbox.Experiments;

/// <summary>Verdicts in words.</summary>
internal static class ExperimentWords
{
    public static string Of(ExperimentVerdict verdict) => verdict switch
    {
        ExperimentVerdict.Winner => "winner",
        ExperimentVerdict.Loser => "loser",
        _ => "not yet",
    };

    public static string HeldBack(ExperimentMeasure measure, ExperimentVerdict verdict) => verdict == ExperimentVerdict.Winner
        ? $"better in {ExperimentMeasures.Word(measure)}, but it makes more errors than the control"
        : $"worse in {ExperimentMeasures.Word(measure)}, but it makes fewer errors than the control";

    public static string Summarize(ExperimentState state, IReadOnlyList<ArmReading> arms, int? winner)
    {
        var plan = state.Plan;
        if (winner is { } place)
        {
            var reading = arms[place];
            return $"{plan.Arms[place].Model} is the winner, by {ExperimentMeasures.Word(reading.DecidedBy!.Value)}.";
        }

        var (better, worse) = (Models(ExperimentVerdict.Winner), Models(ExperimentVerdict.Loser));
        var open = Models(ExperimentVerdict.NotYet);
        var control = plan.Arms[plan.Control].Model;
        var parts = new List<string>();
        if (better.Length > 0)
        {
            parts.Add($"{string.Join(" and ", better)} {(better.Length > 1 ? "are" : "is")} better than the control {control}");
        }

        if (worse.Length > 0)
        {
            parts.Add($"{string.Join(" and ", worse)} {(worse.Length > 1 ? "are" : "is")} worse than the control {control}");
        }

        if (open.Length > 0)
        {
            parts.Add($"no difference is shown yet between {string.Join(", ", open)} and the control {control}");
        }

        return better.Length > 1
            ? string.Join("; ", parts) + ". To compare those that are better, name one of them in experiment.control."
            : string.Join("; ", parts) + ".";

        string[] Models(ExperimentVerdict verdict) =>
            [.. Enumerable.Range(0, arms.Count).Where(i => i != plan.Control && arms[i].Verdict == verdict).Select(i => plan.Arms[i].Model)];
    }
}
