using System.Text.Json;
using Signalbox.Routing.Decisions;

namespace Signalbox.Experiments;

/// <summary>Reports of experiments in the names of docs/experiments.md. Every name is always there; null means that it is not known.</summary>
internal static class ExperimentJson
{
    /// <summary>All experiments, in an object.</summary>
    public static void Write(Utf8JsonWriter json, IReadOnlyList<ExperimentReport> reports)
    {
        json.WriteStartObject();
        json.WriteStartArray("experiments");
        foreach (var report in reports)
        {
            Write(json, report);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, ExperimentReport report)
    {
        var state = report.State;
        json.WriteStartObject();
        WriteHead(json, report);
        json.WriteStartArray("arms");
        for (var i = 0; i < state.Plan.Arms.Count; i++)
        {
            WriteArm(json, report, i);
        }

        json.WriteEndArray();
        json.WriteNumber("ineligible", state.Ineligible);
        json.WriteNumber("refused", state.Refused);
        json.WriteStartArray("before");
        foreach (var before in state.Before)
        {
            Write(json, ExperimentEvaluation.Evaluate(before));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteHead(Utf8JsonWriter json, ExperimentReport report)
    {
        var state = report.State;
        json.WriteString("route", state.Route);
        json.WriteBoolean("active", state.IsActive);
        json.WriteNumber("epoch", state.Epoch);
        json.WriteTime("started_at", state.StartedAt);
        if (state.EndedAt is { } ended)
        {
            json.WriteTime("ended_at", ended);
        }
        else
        {
            json.WriteNull("ended_at");
        }

        json.WriteString("metric", state.Plan.Metric);
        json.WriteString("control", state.Plan.Arms[state.Plan.Control].Model);
        json.WriteString("winner", report.Winner);
        json.WriteString("summary", report.Summary);
        json.WriteNumberOrNull("confidence", 1 - report.Alpha);
        json.WriteNumberOrNull("interval_confidence", 1 - report.AlphaOfInterval);
    }

    private static void WriteArm(Utf8JsonWriter json, ExperimentReport report, int place)
    {
        var (arm, tally, reading) = (report.State.Plan.Arms[place], report.State.Tallies[place], report.Arms[place]);
        json.WriteStartObject();
        json.WriteString("model", arm.Model);
        json.WriteString("id", arm.Id);
        json.WriteNumberOrNull("share", (double?)arm.Share);
        json.WriteBoolean("is_control", place == report.State.Plan.Control);
        json.WriteString("verdict", ExperimentWords.Of(reading.Verdict));
        json.WriteString("decided_by", reading.DecidedBy is { } by ? ExperimentMeasures.Word(by) : null);
        json.WriteString("held_back", reading.HeldBack);
        json.WriteNumber("requests", tally.Requests);
        json.WriteNumber("crossed_over", tally.Crossed);
        json.WriteNumber("cancelled", tally.Cancelled);
        json.WriteNumber("errors", (long)tally.Errors.Sum);
        json.WriteNumberOrNull("error_rate", tally.Errors.Mean);
        json.WriteNumberOrNull("latency_ms", Typical(tally.LogLatency));
        json.WriteNumberOrNull("ttft_ms", Typical(tally.LogTtft));
        json.WriteNumberOrNull("cost_usd", tally.Cost.Count == 0 ? null : tally.Cost.Mean);
        json.WriteNumber("feedback_count", tally.Feedback.Count);
        json.WriteNumberOrNull("feedback_score", tally.Feedback.Mean);
        json.WriteStartObject("compared");
        foreach (var measure in reading.Measures)
        {
            WriteMeasure(json, measure);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteMeasure(Utf8JsonWriter json, MeasureReading reading)
    {
        var isRatio = ExperimentMeasures.IsRatio(reading.Measure);
        json.WriteStartObject(ExperimentMeasures.Word(reading.Measure));
        json.WriteString("as", isRatio ? "ratio" : "difference");
        json.WriteNumberOrNull("estimate", Natural(reading.Interval?.Estimate, isRatio));
        json.WriteNumberOrNull("low", Natural(reading.Interval?.Lower, isRatio));
        json.WriteNumberOrNull("high", Natural(reading.Interval?.Upper, isRatio));
        json.WriteString("verdict", ExperimentWords.Of(reading.Verdict));
        json.WriteEndObject();
    }

    /// <summary>The geometric mean, which a few slow answers hardly move.</summary>
    private static double? Typical(RunningMoments logs) => logs.Count == 0 ? null : Math.Round(Math.Exp(logs.Mean), 3);

    private static double? Natural(double? value, bool isRatio) => isRatio && value is { } log ? Math.Exp(log) : value;
}
