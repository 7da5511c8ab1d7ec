using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Routing.Decisions;

/// <summary>The attempts of a decision as JSON.</summary>
internal static class AttemptJson
{
    public static void Write(AttemptRecord attempt, DecisionRecord decision, Utf8JsonWriter json)
    {
        var outcome = attempt.Outcome;
        var isClosed = outcome != AttemptOutcome.Open;
        json.WriteStartObject();
        json.WriteString("model", attempt.Model);
        json.WriteString("kind", DecisionWords.Of(attempt.Kind));
        json.WriteString("outcome", DecisionWords.Of(outcome));
        json.WriteTime("started_at", attempt.StartedAt);
        json.WriteNumberOrNull("first_output_ms", isClosed ? attempt.TimeToFirstOutput : null);
        json.WriteNumberOrNull("duration_ms", isClosed ? attempt.Duration : null);
        json.WriteNumberOrNull("verdict", isClosed ? attempt.Verdict : null);
        WriteUsage(isClosed ? attempt.Usage : null, json);
        json.WriteBoolean("estimated", isClosed && attempt.IsEstimated);
        json.WriteNumberOrNull("cost_usd", isClosed ? attempt.CostUsd : null);
        DecisionJson.WriteError("error", isClosed ? attempt.Error : null, decision, json);
        json.WriteEndObject();
    }

    private static void WriteUsage(UsageDetails? usage, Utf8JsonWriter json)
    {
        if (usage is null)
        {
            json.WriteNull("usage");
            return;
        }

        json.WriteStartObject("usage");
        json.WriteNumberOrNull("input_tokens", usage.InputTokenCount);
        json.WriteNumberOrNull("output_tokens", usage.OutputTokenCount);
        json.WriteNumberOrNull("cached_input_tokens", usage.CachedInputTokenCount);
        json.WriteNumberOrNull("reasoning_tokens", usage.ReasoningTokenCount);
        json.WriteEndObject();
    }
}
