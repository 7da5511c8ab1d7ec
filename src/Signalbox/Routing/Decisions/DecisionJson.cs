using System.Globalization;
using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Ledger;

namespace Signalbox.Routing.Decisions;

/// <summary>
/// A decision as JSON, in the names of docs/decisions.md. Every name is always there; null means unknown. What an open request has
/// not come to yet is null as well.
/// </summary>
internal static class DecisionJson
{
    public static void Write(DecisionRecord decision, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHead(decision, json);
        json.WriteString("reason", decision.Plan?.Reason);
        json.WriteString("last_resort", DecisionWords.Of(decision.Plan?.LastResort ?? Planning.LastResort.None));
        PlanJson.WriteProfile(decision, json);
        PlanJson.WriteCandidates(decision.Plan, json);
        json.WriteStartArray("attempts");
        foreach (var attempt in decision.Attempts)
        {
            AttemptJson.Write(attempt, decision, json);
        }

        json.WriteEndArray();
        WriteEnd(decision, json);
        WriteFeedback(decision.Feedback, json);
        json.WriteEndObject();
    }

    /// <summary>The short form, for lists.</summary>
    public static void WriteRow(DecisionRecord decision, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHead(decision, json);
        json.WriteNumber("attempts", decision.Attempts.Count);
        WriteEnd(decision, json);
        json.WriteEndObject();
    }

    public static void WriteError(string name, GatewayError? error, DecisionRecord decision, Utf8JsonWriter json)
    {
        if (error is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartObject(name);
        json.WriteString("word", error.Word);
        json.WriteString("message", DecisionErrorText.Of(error, decision));
        json.WriteNumber("status", error.Status);
        json.WriteString("code", error.Code is null ? null : Configuration.Fields.Words.Shorten(error.Code));
        json.WriteString("field", error.Field is null ? null : Configuration.Fields.Words.Shorten(error.Field));
        json.WriteNumberOrNull("retry_after_ms", error.RetryAfter);
        json.WriteEndObject();
    }

    private static void WriteHead(DecisionRecord decision, Utf8JsonWriter json)
    {
        json.WriteString("request_id", decision.RequestId);
        json.WriteTime("started_at", decision.StartedAt);
        json.WriteString("state", DecisionWords.StateOf(decision));
        json.WriteString("kind", DecisionWords.Of(decision.Kind));
        json.WriteString("dialect", decision.Dialect);
        json.WriteString("requested_model", decision.RequestedModel is null ? null : Configuration.Fields.Words.Shorten(decision.RequestedModel));
        json.WriteString("route", decision.Route is null ? null : Configuration.Fields.Words.Shorten(decision.Route));
        json.WriteString("strategy", decision.Plan?.Input.Strategy);
    }

    private static void WriteEnd(DecisionRecord decision, Utf8JsonWriter json)
    {
        var isFinished = decision.IsFinished;
        json.WriteString("served_by", isFinished ? decision.ServedBy : null);
        json.WriteString("model_version", decision.ModelVersion);
        json.WriteString("topic", isFinished ? decision.Topic : null);
        json.WriteNumberOrNull("confidence", isFinished ? decision.Confidence : null);
        json.WriteNumberOrNull("duration_ms", isFinished ? decision.Duration : null);
        json.WriteNumberOrNull("cost_usd", isFinished ? decision.CostUsd : null);
        json.WriteNumberOrNull("waste_usd", isFinished ? Waste.Of(decision.Attempts).CostUsd : null);
        WriteError("error", isFinished ? decision.Error : null, decision, json);
    }

    private static void WriteFeedback(Experiments.Feedback? feedback, Utf8JsonWriter json)
    {
        if (feedback is null)
        {
            json.WriteNull("feedback");
            return;
        }

        json.WriteStartObject("feedback");
        json.WriteNumber("score", feedback.Score);
        json.WriteString("comment", feedback.Comment);
        json.WriteTime("at", feedback.At);
        json.WriteEndObject();
    }

    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset time) =>
        json.WriteString(name, time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, TimeSpan? time) =>
        json.WriteNumberOrNull(name, time is { } span ? (decimal)Math.Round(span.TotalMilliseconds, 3) : null);

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            // There is no -0 for readers.
            json.WriteNumber(name, Math.Round(number, 10) + 0.0);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    public static void WriteNumberOrNull(this Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
