using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Writes a chat completion request for a provider.</summary>
internal static class OpenAiChatRequestWriter
{
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var request = outbound.Request;
        json.WriteStartObject();
        json.WriteString("model"u8, outbound.Upstream);
        json.WriteStartArray("messages"u8);
        if (request.Options.Instructions is { Length: > 0 } instructions)
        {
            OpenAiChatMessageWriter.WriteSystem(instructions, json);
        }

        foreach (var message in request.Messages)
        {
            OpenAiChatMessageWriter.Write(message, outbound, json);
        }

        json.WriteEndArray();
        if (request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
            if (outbound.Differences.StreamUsageSwitch)
            {
                json.WriteStartObject("stream_options"u8);
                json.WriteBoolean("include_usage"u8, true);
                json.WriteEndObject();
            }
        }

        if (outbound.Differences.ContinueSwitch && outbound.Capabilities.Prefill && request.Messages is [.., var last] && last.Role == ChatRole.Assistant)
        {
            json.WriteBoolean("add_generation_prompt"u8, false);
            json.WriteBoolean("continue_final_message"u8, true);
        }

        WriteOptions(outbound, json);
        json.WriteEndObject();
    }

    private static void WriteOptions(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        WriteSampling(outbound, json);
        if (options.MaxOutputTokens is { } limit)
        {
            json.WriteNumber(outbound.Capabilities.MaxCompletionTokens ? "max_completion_tokens"u8 : "max_tokens"u8, limit);
        }

        if (options.StopSequences is { Count: > 0 } stop)
        {
            json.WriteStartArray("stop"u8);
            foreach (var sequence in stop)
            {
                json.WriteStringValue(sequence);
            }

            json.WriteEndArray();
        }

        WriteLogprobs(options, json);
        WriteReasoning(outbound, json);
        WriteFormat(options, json);
        OpenAiTools.Write(outbound, json);
        if (Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.User) is { } user)
        {
            json.WriteString("user"u8, user);
        }

        if (Vocabulary.Get<string>(options.AdditionalProperties, OpenAiShared.Verbosity) is { } verbosity)
        {
            json.WriteString("verbosity"u8, verbosity);
        }

        if (outbound.Differences.CarriesOpenAiFields)
        {
            OpenAiShared.Write(options, json);
        }
    }

    private static void WriteSampling(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        WriteNumber("temperature", options.Temperature, outbound, json);
        WriteNumber("top_p", options.TopP, outbound, json);
        WriteNumber("frequency_penalty", options.FrequencyPenalty, outbound, json);
        WriteNumber("presence_penalty", options.PresencePenalty, outbound, json);
        if (options.TopK is { } topK)
        {
            if (outbound.Differences.TopK)
            {
                json.WriteNumber("top_k"u8, topK);
            }
            else
            {
                outbound.Losses.Add("top_k", LossKind.Dropped);
            }
        }

        if (options.Seed is { } seed)
        {
            json.WriteNumber(outbound.Differences.SeedField, seed);
        }
    }

    private static void WriteNumber(string name, float? value, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (value is not { } number)
        {
            return;
        }

        if (outbound.Capabilities.Sampling && !outbound.Capabilities.RefusedParameters.Contains(name))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            outbound.Losses.Add(name, LossKind.Dropped);
        }
    }

    private static void WriteLogprobs(ChatOptions options, Utf8JsonWriter json)
    {
        if (Vocabulary.Get<bool?>(options.AdditionalProperties, Vocabulary.Logprobs) is not { } logprobs)
        {
            return;
        }

        json.WriteBoolean("logprobs"u8, logprobs);
        if (logprobs && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.TopLogprobs) is { } top)
        {
            json.WriteNumber("top_logprobs"u8, top);
        }
    }

    private static void WriteReasoning(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var effort = OpenAiShared.EffortOf(options);
        if (effort is null && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget) is { } budget)
        {
            effort = budget < 0 ? "medium" : ReasoningTable.EffortOf(budget);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        if (effort is null)
        {
            return;
        }

        if (!TakesEffort(outbound.Capabilities))
        {
            outbound.Losses.Add("reasoning", LossKind.Dropped);
            return;
        }

        var known = outbound.Capabilities.Efforts;
        if (known.Count > 0 && !known.Contains(effort))
        {
            effort = ReasoningTable.Nearest(effort, known);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        json.WriteString("reasoning_effort"u8, effort);
    }

    /// <summary>A model that is known to have no effort to set refuses the field; one that nothing is known about is asked.</summary>
    private static bool TakesEffort(ModelCapabilities capabilities) => capabilities.Reasoning switch
    {
        ReasoningKind.Always => false,
        ReasoningKind.None => ReferenceEquals(capabilities, ModelCapabilities.Conservative),
        _ => true,
    };

    private static void WriteFormat(ChatOptions options, Utf8JsonWriter json)
    {
        if (options.ResponseFormat is not ChatResponseFormatJson format)
        {
            return;
        }

        json.WriteStartObject("response_format"u8);
        if (format.Schema is null)
        {
            json.WriteString("type"u8, "json_object"u8);
        }
        else
        {
            json.WriteString("type"u8, "json_schema"u8);
            json.WriteStartObject("json_schema"u8);
            OpenAiShared.WriteSchema(format, options, json);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
