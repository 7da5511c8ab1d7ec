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
        WriteLogprobs(outbound, json);
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
        WriteNumber("temperature", options.Temperature, (0, 2), outbound, json, "temperature");
        WriteNumber("topP", options.TopP, (0, 1), outbound, json, "top_p");
        if (options.TopK is { } topK && IsTaken("top_k", outbound))
        {
            json.WriteNumber("topK"u8, topK);
        }

        WriteNumber("presencePenalty", options.PresencePenalty, (-2, 2), outbound, json, "presence_penalty");
        WriteNumber("frequencyPenalty", options.FrequencyPenalty, (-2, 2), outbound, json, "frequency_penalty");
        if (options.Seed is { } seed && IsTaken("seed", outbound))
        {
            // Google's seed has 32 bits.
            var taken = unchecked((int)seed);
            if (taken != seed)
            {
                outbound.Losses.Add("seed", LossKind.Approximated);
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
            if (count != 1)
            {
                outbound.Losses.Add("n", LossKind.Dropped);
            }
        }
    }

    private static void WriteLogprobs(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var properties = outbound.Request.Options.AdditionalProperties;
        if (Vocabulary.Get<bool?>(properties, Vocabulary.Logprobs) is not { } logprobs || !IsTaken("logprobs", outbound))
        {
            return;
        }

        json.WriteBoolean("responseLogprobs"u8, logprobs);
        if (logprobs && Vocabulary.Get<int?>(properties, Vocabulary.TopLogprobs) is > 0 and var top)
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

    private static void WriteNumber(
        string field, float? value, (float Least, float Most) range, OutboundRequest outbound, Utf8JsonWriter json, string name)
    {
        if (value is not { } number || !IsTaken(name, outbound))
        {
            return;
        }

        var taken = Math.Clamp(number, range.Least, range.Most);
        if (taken != number)
        {
            outbound.Losses.Add(name, LossKind.Approximated);
        }

        json.WriteNumber(field, taken);
    }

    /// <summary>Whether this model version takes a parameter; one that it answers with an error is reported instead of sent.</summary>
    private static bool IsTaken(string name, OutboundRequest outbound)
    {
        var isSampling = name is "temperature" or "top_p" or "top_k";
        if ((outbound.Capabilities.Sampling || !isSampling) && !outbound.Capabilities.RefusedParameters.Contains(name))
        {
            return true;
        }

        outbound.Losses.Add(name, LossKind.Dropped);
        return false;
    }
}
