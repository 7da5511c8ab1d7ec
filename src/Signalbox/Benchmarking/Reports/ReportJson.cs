using System.Buffers;
using System.Text.Json;
using Signalbox.Benchmarking.Statistics;

namespace Signalbox.Benchmarking.Reports;

/// <summary>A report as JSON: the line of the history, what <c>bench --json</c> prints, and the body of the summary.</summary>
internal static class ReportJson
{
    public static byte[] Write(BenchmarkReport report)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Dialects.Json.JsonText.Compact))
        {
            json.WriteStartObject();
            WriteFields(json, report);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string NameOf(Measure measure) => measure switch
    {
        Measure.Latency => "latency",
        Measure.FirstToken => "ttft",
        Measure.TokensPerSecond => "tokens_per_second",
        Measure.Cost => "cost",
        Measure.Quality => "quality",
        _ => "judge",
    };

    /// <summary>The names and shapes of a summary without a run.</summary>
    public static void WriteEmpty(Utf8JsonWriter json)
    {
        foreach (var name in (ReadOnlySpan<string>)["started_at", "finished_at", "trigger", "complete", "prompts", "runs", "rounds", "seed", "judge"])
        {
            json.WriteNull(name);
        }

        json.WriteStartArray("models");
        json.WriteEndArray();
        json.WriteStartArray("pairs");
        json.WriteEndArray();
        json.WriteNull("fastest");
        json.WriteNull("cheapest");
        json.WriteNull("best");
        json.WriteStartArray("recommendation");
        json.WriteEndArray();
    }

    private static void WriteFields(Utf8JsonWriter json, BenchmarkReport report)
    {
        json.WriteString("started_at", report.StartedAt);
        json.WriteString("finished_at", report.FinishedAt);
        json.WriteString("trigger", report.Plan.Trigger);
        json.WriteBoolean("complete", report.IsComplete);
        json.WriteString("prompts", report.Plan.Prompts.Name);
        json.WriteNumber("runs", report.Plan.Runs);
        json.WriteNumber("rounds", report.Rounds);
        json.WriteNumber("seed", report.Plan.Seed);
        json.WriteString("judge", report.Plan.Judge);
        json.WriteStartArray("models");
        foreach (var model in report.Models)
        {
            Write(json, model);
        }

        json.WriteEndArray();
        json.WriteStartArray("pairs");
        foreach (var pair in report.Pairs)
        {
            Write(json, pair);
        }

        json.WriteEndArray();
        Write(json, "fastest", "latency_ms", report.Advice.Fastest);
        Write(json, "cheapest", "cost_usd", report.Advice.Cheapest);
        Write(json, "best", "quality", report.Advice.Best);
        json.WriteStartArray("recommendation");
        foreach (var recommendation in report.Advice.Recommendations)
        {
            json.WriteStartObject();
            json.WriteString("for", recommendation.For);
            json.WriteString("model", recommendation.Model);
            json.WriteString("because", recommendation.Because);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, ModelResult model)
    {
        json.WriteStartObject();
        json.WriteString("model", model.Model);
        json.WriteNumber("calls", model.Calls);
        json.WriteNumber("errors", model.Errors);
        json.WriteString("error", model.Error);
        Write(json, "latency_ms", model.Latency);
        Write(json, "ttft_ms", model.FirstToken);
        Write(json, "tokens_per_second", model.TokensPerSecond);
        Write(json, "cost_usd", model.Cost, "mean");
        Write(json, "quality", model.Quality, "mean");
        Write(json, "exact", model.Exact);
        Write(json, "f1", model.F1);
        Write(json, "rouge_l", model.RougeL);
        Write(json, "json_valid", model.JsonValid);
        Write(json, "schema_valid", model.SchemaValid);
        Write(json, "judge_share", model.JudgeShare);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, PairDifference pair)
    {
        json.WriteStartObject();
        json.WriteString("measure", NameOf(pair.Measure));
        json.WriteString("a", pair.A);
        json.WriteString("b", pair.B);
        json.WriteString("unit", PairDifference.IsRatio(pair.Measure) ? "a / b - 1" : "a - b");
        Write(json, "difference", pair.Difference.Estimate);
        Write(json, "low", pair.Difference.Low);
        Write(json, "high", pair.Difference.High);
        Write(json, "level", pair.Level);
        json.WriteString("verdict", pair.IsShown ? "difference shown" : "no difference shown");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, string unit, Standing? standing)
    {
        if (standing is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("model", standing.Model);
        Write(json, unit, standing.Value, unit == "latency_ms" ? "median" : "mean");
        json.WriteStartArray("not_shown_to_differ");
        foreach (var model in standing.NotShownToDiffer)
        {
            json.WriteStringValue(model);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Spread? spread)
    {
        if (spread is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        WriteEnds(json, spread.Median, "median");
        Write(json, "p50", spread.Median.Estimate);
        Write(json, "p99", spread.P99);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, Interval? interval, string middle)
    {
        if (interval is not { } known)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        WriteEnds(json, known, middle);
        json.WriteEndObject();
    }

    private static void WriteEnds(Utf8JsonWriter json, Interval interval, string middle)
    {
        Write(json, middle, interval.Estimate);
        Write(json, "low", interval.Low);
        Write(json, "high", interval.High);
    }

    /// <summary>Seven digits; an end that is not bounded is null.</summary>
    private static void Write(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number == 0 ? 0 : Math.Round((decimal)number, Math.Clamp(6 - (int)Math.Floor(Math.Log10(Math.Abs(number))), 0, 28)));
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
