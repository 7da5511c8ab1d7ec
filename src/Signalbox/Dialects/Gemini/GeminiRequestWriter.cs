using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.GeminiSchemas;

namespace Signalbox.Dialects.Gemini;

/// <summary>Writes a generateContent request for a provider, its fields in an order that never changes.</summary>
internal static class GeminiRequestWriter
{
    private const int MaxStopSequences = 5;

    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        GeminiContentWriter.Write(outbound, json);
        GeminiToolWriter.Write(outbound, json);
        json.WriteStartObject("generationConfig"u8);
        WriteSampling(outbound, json);
        WriteLimits(outbound, json);
        WriteLogprobs(outbound.Request.Options, json);
        WriteFormat(outbound, json);
        GeminiThinking.Write(outbound, json);
        json.WriteEndObject();
        if (Vocabulary.Get<string>(outbound.Request.Options.AdditionalProperties, Vocabulary.User) is not null)
        {
            outbound.Losses.Add("user", LossKind.Dropped);
        }

        json.WriteEndObject();
    }

    private static void WriteSampling(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var losses = outbound.Losses;
        if (outbound.Capabilities.Sampling)
        {
            WriteClamped("temperature", options.Temperature, 0, 2, losses, json, "temperature");
            WriteClamped("topP", options.TopP, 0, 1, losses, json, "top_p");
            if (options.TopK is { } topK)
            {
                json.WriteNumber("topK"u8, topK);
            }
        }
        else
        {
            DropIf(options.Temperature is not null, "temperature", losses);
            DropIf(options.TopP is not null, "top_p", losses);
            DropIf(options.TopK is not null, "top_k", losses);
        }

        WriteClamped("presencePenalty", options.PresencePenalty, -2, 2, losses, json, "presence_penalty");
        WriteClamped("frequencyPenalty", options.FrequencyPenalty, -2, 2, losses, json, "frequency_penalty");
        if (options.Seed is { } seed)
        {
            // Google's seed has 32 bits.
            var taken = unchecked((int)seed);
            if (taken != seed)
            {
                losses.Add("seed", LossKind.Approximated);
            }

            json.WriteNumber("seed"u8, taken);
        }
    }

    private static void WriteLimits(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (options.MaxOutputTokens is { } limit)
        {
            if (outbound.MaxOutputTokens is { } most && limit > most)
            {
                limit = most;
                outbound.Losses.Add("max_tokens", LossKind.Approximated);
            }

            json.WriteNumber("maxOutputTokens"u8, limit);
        }

        if (options.StopSequences is { Count: > 0 } stop)
        {
            json.WriteStartArray("stopSequences"u8);
            for (var i = 0; i < stop.Count && i < MaxStopSequences; i++)
            {
                json.WriteStringValue(stop[i]);
            }

            json.WriteEndArray();
            if (stop.Count > MaxStopSequences)
            {
                outbound.Losses.Add("stop", LossKind.Approximated);
            }
        }

        // Only one candidate is read back: more of them would be paid for and thrown away.
        if (Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ChoiceCount) is { } count)
        {
            json.WriteNumber("candidateCount"u8, 1);
            DropIf(count != 1, "n", outbound.Losses);
        }
    }

    private static void WriteLogprobs(ChatOptions options, Utf8JsonWriter json)
    {
        if (Vocabulary.Get<bool?>(options.AdditionalProperties, Vocabulary.Logprobs) is not { } logprobs)
        {
            return;
        }

        json.WriteBoolean("responseLogprobs"u8, logprobs);
        if (logprobs && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.TopLogprobs) is > 0 and var top)
        {
            json.WriteNumber("logprobs"u8, top);
        }
    }

    private static void WriteFormat(OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (outbound.Request.Options.ResponseFormat is not ChatResponseFormatJson format)
        {
            return;
        }

        json.WriteString("responseMimeType"u8, "application/json"u8);
        if (format.Schema is not { } schema)
        {
            return;
        }

        if (GeminiModels.TakesJsonSchema(outbound.Upstream))
        {
            json.WritePropertyName("responseJsonSchema"u8);
            schema.WriteTo(json);
            return;
        }

        json.WritePropertyName("responseSchema"u8);
        if (GeminiSchemaWriter.Write(schema, json))
        {
            outbound.Losses.Add("response_format", LossKind.Approximated);
        }
    }

    private static void WriteClamped(string field, float? value, float least, float most, LossReport losses, Utf8JsonWriter json, string name)
    {
        if (value is not { } number)
        {
            return;
        }

        var taken = Math.Clamp(number, least, most);
        if (taken != number)
        {
            losses.Add(name, LossKind.Approximated);
        }

        json.WriteNumber(field, taken);
    }

    private static void DropIf(bool given, string name, LossReport losses)
    {
        if (given)
        {
            losses.Add(name, LossKind.Dropped);
        }
    }
}
