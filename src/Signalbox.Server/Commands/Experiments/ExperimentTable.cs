using System.Globalization;
using Signalbox.Experiments;
using Spectre.Console;

namespace Signalbox.Server.Commands.Experiments;

/// <summary>An experiment as tables: its arms, and how each compares with the control.</summary>
internal sealed class ExperimentTable(IAnsiConsole console)
{
    private const int RedirectedWidth = 200;
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    /// <summary>For standard output. A pipe has no width; names must not be broken for one.</summary>
    public static ExperimentTable ToOutput()
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        return new ExperimentTable(AnsiConsole.Console);
    }

    public void Write(ExperimentReport report)
    {
        var state = report.State;
        Line(string.Create(Invariant, $"Route {state.Route}: epoch {state.Epoch} since {state.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, by {state.Plan.By}, decided by {state.Plan.Metric}{(state.IsActive ? "" : "; not in the configuration now")}."));
        WriteArms(report);
        WriteComparisons(report);
        Line(report.Summary);
        foreach (var reason in report.Arms.Select(static (arm, i) => (arm.HeldBack, Place: i)).Where(static arm => arm.HeldBack is not null))
        {
            Line($"{state.Plan.Arms[reason.Place].Model} has no verdict: {reason.HeldBack}.");
        }

        if (state.Ineligible + state.Refused > 0)
        {
            Line(string.Create(Invariant, $"Not counted: {state.Ineligible} requests that not every arm could serve, {state.Refused} with a caller's own mistake."));
        }

        foreach (var before in state.Before)
        {
            Line(string.Create(Invariant, $"Epoch {before.Epoch}, until {before.EndedAt?.UtcDateTime:yyyy-MM-dd HH:mm} UTC: {ExperimentEvaluation.Evaluate(before).Summary}"));
        }

        console.WriteLine();
    }

    private void WriteArms(ExperimentReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("arm").NoWrap());
        table.AddColumns("verdict", "share", "requests", "crossed over", "errors", "latency", "first output", "cost", "feedback");
        for (var i = 0; i < report.Arms.Count; i++)
        {
            var (arm, tally, reading) = (report.State.Plan.Arms[i], report.State.Tallies[i], report.Arms[i]);
            table.AddRow(
                Markup.Escape(arm.Model + (i == report.State.Plan.Control ? " (control)" : "")),
                ExperimentWords.Of(reading.Verdict),
                arm.Share.ToString("P0", Invariant),
                tally.Requests.ToString("N0", Invariant),
                tally.Crossed.ToString("N0", Invariant),
                tally.Errors.Mean?.ToString("P1", Invariant) ?? "-",
                Milliseconds(tally.LogLatency),
                Milliseconds(tally.LogTtft),
                tally.Cost.Count == 0 ? "-" : "$" + tally.Cost.Mean.ToString("0.######", Invariant),
                tally.Feedback.Mean is { } score ? string.Create(Invariant, $"{score:F2} of {tally.Feedback.Count:N0}") : "-");
        }

        console.Write(table);
    }

    private void WriteComparisons(ExperimentReport report)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("beside the control").NoWrap());
        table.AddColumns("measure", "difference", string.Create(Invariant, $"interval, {100 * (1 - report.AlphaOfInterval):0.##} % at any time"), "verdict");
        for (var i = 0; i < report.Arms.Count; i++)
        {
            foreach (var reading in report.Arms[i].Measures)
            {
                if (reading.Interval is { } interval)
                {
                    table.AddRow(Markup.Escape(report.State.Plan.Arms[i].Model), ExperimentMeasures.Word(reading.Measure), Text(reading.Measure, interval.Estimate),
                        $"{Text(reading.Measure, interval.Lower)} to {Text(reading.Measure, interval.Upper)}", ExperimentWords.Of(reading.Verdict));
                }
            }
        }

        if (table.Rows.Count > 0)
        {
            console.Write(table);
        }
    }

    private void Line(string text) => console.Write(new Text(text + "\n"));

    private static string Text(ExperimentMeasure measure, double value) => measure switch
    {
        ExperimentMeasure.Latency or ExperimentMeasure.Ttft => (Math.Exp(value) - 1).ToString("+0.0 %;-0.0 %;0 %", Invariant),
        ExperimentMeasure.Errors => (100 * value).ToString("+0.0;-0.0;0", Invariant) + " points",
        ExperimentMeasure.Cost => value.ToString("+$0.######;-$0.######;$0", Invariant),
        _ => value.ToString("+0.000;-0.000;0", Invariant),
    };

    private static string Milliseconds(RunningMoments logs) => logs.Count == 0 ? "-" : Math.Exp(logs.Mean).ToString("N0", Invariant) + " ms";
}
