using System.Text.Json;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Decisions;

/// <summary>What a request was taken to be, and the candidates for it, as JSON.</summary>
internal static class PlanJson
{
    public static void WriteProfile(DecisionRecord decision, Utf8JsonWriter json)
    {
        if (decision is not { Kind: RequestKind.Chat, Plan.Input: { } input })
        {
            json.WriteNull("profile");
            return;
        }

        json.WriteStartObject("profile");
        json.WriteString("task", input.TaskIfKnown);
        json.WriteNumberOrNull("difficulty", input.DifficultyIfKnown);
        json.WriteString("complexity", input.DifficultyIfKnown is { } difficulty ? DecisionWords.ComplexityOf(difficulty, input.Route.Rules) : null);
        json.WriteNumberOrNull("strong_needed", input.StrongNeeded);
        json.WriteString("language", decision.Language);
        json.WriteNumber("input_tokens", input.InputTokens);
        json.WriteNumber("expected_output_tokens", input.OutputTokens);
        json.WriteNumberOrNull("max_output_tokens", input.MaxOutputTokens > 0 ? (long)input.MaxOutputTokens : null);
        WriteWords(json, "modalities", DecisionWords.Of(input.Input));
        WriteWords(json, "needs", DecisionWords.Of(input.Needs));
        json.WriteStartObject("sensitivity");
        json.WriteString("label", DecisionWords.Of(input.Sensitivity));
        if (decision.SensitiveKinds is { } kinds)
        {
            WriteWords(json, "found", kinds);
        }
        else
        {
            json.WriteNull("found");
        }

        json.WriteNumberOrNull("injection_score", decision.Injection?.Score);
        json.WriteEndObject();
        json.WriteNumberOrNull("max_cost_usd", input.MaxCostUsd);
        json.WriteNumberOrNull("max_latency_ms", input.MaxLatency);
        json.WriteString("conversation_was_at", input.LastServedBy);
        json.WriteEndObject();
    }

    public static void WriteCandidates(RoutePlan? plan, Utf8JsonWriter json)
    {
        json.WriteStartArray("candidates");
        for (var i = 0; i < plan?.Candidates.Length; i++)
        {
            WriteCandidate(plan.Candidates[i], Array.IndexOf(plan.Order, i) + 1, plan.Input, json);
        }

        json.WriteEndArray();
    }

    private static void WriteCandidate(in Candidate candidate, int order, PlanInput input, Utf8JsonWriter json)
    {
        var deployment = candidate.Deployment;
        json.WriteStartObject();
        json.WriteString("model", deployment.FullName);
        json.WriteString("id", deployment.Id);
        json.WriteString("provider", deployment.ProviderName);
        json.WriteString("locality", DecisionWords.Of(deployment.Locality));
        json.WriteBoolean("fallback", deployment.IsFallback);
        json.WriteString("fallback_for", deployment.FallbackFor is { } reason ? Dialects.GatewayError.WordOf(reason) : null);
        json.WriteNumberOrNull("order", order > 0 ? (long)order : null);
        json.WriteString("removed", RemovalText.Word(candidate.Removal));
        json.WriteString("why", RemovalText.Of(in candidate, input));
        json.WriteNumberOrNull("expected_cost_usd", candidate.CostUsd);
        json.WriteNumberOrNull("quality", candidate.Quality);
        json.WriteNumberOrNull("latency_ms", candidate.LatencyMs);
        json.WriteNumberOrNull("failure_share", candidate.FailureShare);
        json.WriteNumber("outstanding", candidate.Outstanding);
        json.WriteNumber("cached_tokens", candidate.CachedTokens);
        json.WriteNumberOrNull("score", order > 0 ? candidate.Score : (double?)null);
        json.WriteEndObject();
    }

    private static void WriteWords(Utf8JsonWriter json, string name, IEnumerable<string> words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
        {
            json.WriteStringValue(word);
        }

        json.WriteEndArray();
    }
}
