using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Writes a Messages request for a provider.</summary>
internal static class AnthropicRequestWriter
{
    /// <summary>The protocol requires a limit; this one is asked for when neither the caller nor the catalog states any.</summary>
    private const int DefaultMaxTokens = 4096;

    private const float LeastTopPWhileThinking = 0.95f;

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var maxTokens = MaxTokens(outbound);
        var plan = AnthropicReasoning.Plan(outbound, maxTokens);
        json.WriteStartObject();
        json.WriteString("model"u8, outbound.Upstream);
        json.WriteNumber("max_tokens"u8, maxTokens);
        if (outbound.Request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        var blocks = new AnthropicBlockWriter(json, outbound.Losses);
        AnthropicTools.Write(outbound, blocks, json);
        AnthropicMessageWriter.Write(outbound, blocks, json);
        if (options.AdditionalProperties is { } properties && properties.TryGetValue(Vocabulary.CacheControl, out var hint) && hint is JsonElement cacheControl)
        {
            blocks.WriteCacheControl(cacheControl);
        }

        AnthropicReasoning.WriteThinking(plan, options, json);
        WriteOutputConfig(outbound, plan, json);
        WriteSampling(outbound, plan, json);
        WriteStop(outbound, json);
        if (Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.User) is { } user)
        {
            json.WriteStartObject("metadata"u8);
            json.WriteString("user_id"u8, user);
            json.WriteEndObject();
        }

        ReportUnknown(options, outbound.Losses);
        json.WriteEndObject();
    }

    private static int MaxTokens(OutboundRequest outbound)
    {
        var limit = outbound.MaxOutputTokens;
        if (outbound.Request.Options.MaxOutputTokens is not { } wanted)
        {
            return limit ?? DefaultMaxTokens;
        }

        // More than the model can give is refused, not cut.
        if (wanted > limit)
        {
            outbound.Losses.Add("max_tokens", LossKind.Approximated);
            return limit.Value;
        }

        return wanted;
    }

    private static void WriteOutputConfig(OutboundRequest outbound, ThinkingPlan plan, Utf8JsonWriter json)
    {
        var schema = outbound.Capabilities.JsonSchema ? (outbound.Request.Options.ResponseFormat as ChatResponseFormatJson)?.Schema : null;
        if (plan.Effort is null && schema is null)
        {
            return;
        }

        json.WriteStartObject("output_config"u8);
        if (plan.Effort is not null)
        {
            json.WriteString("effort"u8, plan.Effort);
        }

        if (schema is { } element)
        {
            json.WriteStartObject("format"u8);
            json.WriteString("type"u8, "json_schema"u8);
            json.WritePropertyName("schema"u8);
            if (AnthropicSchema.Write(element, json))
            {
                outbound.Losses.Add("response_format", LossKind.Approximated);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>A model that thinks takes only its own sampling; newer models take none at all.</summary>
    private static void WriteSampling(OutboundRequest outbound, ThinkingPlan plan, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var losses = outbound.Losses;
        var free = outbound.Capabilities.Sampling && !plan.Thinks;
        var hasTemperature = false;
        if (options.Temperature is { } temperature)
        {
            var clamped = Math.Clamp(temperature, 0f, 1f);
            hasTemperature = free || (outbound.Capabilities.Sampling && clamped == 1f);
            if (!hasTemperature)
            {
                losses.Add("temperature", LossKind.Dropped);
            }
            else
            {
                if (clamped != temperature)
                {
                    losses.Add("temperature", LossKind.Approximated);
                }

                json.WriteNumber("temperature"u8, clamped);
            }
        }

        if (options.TopP is { } topP)
        {
            var isOneTooMany = hasTemperature && outbound.Capabilities.SingleSampler;
            if (!isOneTooMany && (free || (outbound.Capabilities.Sampling && topP >= LeastTopPWhileThinking)))
            {
                json.WriteNumber("top_p"u8, topP);
            }
            else
            {
                losses.Add("top_p", LossKind.Dropped);
            }
        }

        if (options.TopK is { } topK)
        {
            if (free)
            {
                json.WriteNumber("top_k"u8, topK);
            }
            else
            {
                losses.Add("top_k", LossKind.Dropped);
            }
        }
    }

    /// <summary>A stop sequence of white space only is refused.</summary>
    private static void WriteStop(OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (outbound.Request.Options.StopSequences is not { Count: > 0 } sequences)
        {
            return;
        }

        var written = 0;
        foreach (var sequence in sequences)
        {
            if (string.IsNullOrWhiteSpace(sequence))
            {
                continue;
            }

            if (written++ == 0)
            {
                json.WriteStartArray("stop_sequences"u8);
            }

            json.WriteStringValue(sequence);
        }

        if (written > 0)
        {
            json.WriteEndArray();
        }

        if (written < sequences.Count)
        {
            outbound.Losses.Add("stop", written == 0 ? LossKind.Dropped : LossKind.Approximated);
        }
    }

    /// <summary>What the vocabulary can ask for and this protocol has no field for.</summary>
    private static void ReportUnknown(ChatOptions options, LossReport losses)
    {
        Report("frequency_penalty", options.FrequencyPenalty is not (null or 0f), losses);
        Report("presence_penalty", options.PresencePenalty is not (null or 0f), losses);
        Report("seed", options.Seed is not null, losses);
        Report("n", Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ChoiceCount) > 1, losses);
        Report("logprobs", Vocabulary.Get<bool?>(options.AdditionalProperties, Vocabulary.Logprobs) is true, losses);
    }

    private static void Report(string field, bool isLost, LossReport losses)
    {
        if (isLost)
        {
            losses.Add(field, LossKind.Dropped);
        }
    }
}
