using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Writes a Responses request for a provider. The provider is asked to keep nothing: a translated conversation comes whole
/// each time, with its reasoning encrypted inside it.
/// </summary>
internal static class ResponsesRequestWriter
{
    public static void Write(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        json.WriteStartObject();
        json.WriteString("model"u8, outbound.Upstream);
        new ResponsesInputWriter(outbound, json).Write();
        if (outbound.Request.Stream)
        {
            json.WriteBoolean("stream"u8, true);
        }

        WriteState(outbound, json);
        if (options.MaxOutputTokens is { } limit)
        {
            json.WriteNumber("max_output_tokens"u8, limit);
        }

        WriteNumber("temperature", options.Temperature, outbound, json);
        WriteNumber("top_p", options.TopP, outbound, json);
        WriteReasoning(outbound, json);
        WriteText(options, json);
        ResponsesTools.Write(outbound, json);
        if (Vocabulary.Get<string>(options.AdditionalProperties, Vocabulary.User) is { } user)
        {
            json.WriteString("user"u8, user);
        }

        ReportUntold(options, outbound.Losses);
        json.WriteEndObject();
    }

    private static void WriteState(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        if (outbound.Differences.CarriesOpenAiFields)
        {
            OpenAiShared.Write(options, json);
        }

        if (!outbound.Differences.CarriesOpenAiFields || !OpenAiShared.Carries(options, "store"))
        {
            json.WriteBoolean("store"u8, false);
        }

        if (options.ConversationId is { } conversation)
        {
            json.WriteString(conversation.StartsWith("conv", StringComparison.Ordinal) ? "conversation"u8 : "previous_response_id"u8, conversation);
        }

        WriteInclude(outbound, json);
    }

    private static void WriteInclude(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var logprobs = Vocabulary.Get<bool>(options.AdditionalProperties, Vocabulary.Logprobs) && IsTaken("logprobs", outbound);
        var reasons = Reasons(outbound);
        if (reasons || logprobs)
        {
            json.WriteStartArray("include"u8);
            if (reasons)
            {
                json.WriteStringValue("reasoning.encrypted_content"u8);
            }

            if (logprobs)
            {
                json.WriteStringValue(ResponsesRequestReader.LogprobsInclude);
            }

            json.WriteEndArray();
        }

        if (logprobs && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.TopLogprobs) is { } top)
        {
            json.WriteNumber("top_logprobs"u8, top);
        }
    }

    /// <summary>Whether the model can reason, as far as is known; encrypted reasoning is refused by a model that cannot.</summary>
    private static bool Reasons(OutboundRequest outbound) =>
        outbound.Capabilities.Reasoning != ReasoningKind.None || EffortOf(outbound) is not (null or "none");

    /// <summary>Whether the model takes a parameter that was asked for; reports it when it does not.</summary>
    private static bool IsTaken(string parameter, OutboundRequest outbound)
    {
        if (!outbound.Capabilities.RefusedParameters.Contains(parameter))
        {
            return true;
        }

        outbound.Losses.Add(parameter == "reasoning_effort" ? "reasoning" : parameter, LossKind.Dropped);
        return false;
    }

    private static void WriteNumber(string name, float? value, OutboundRequest outbound, Utf8JsonWriter json)
    {
        if (value is not { } number)
        {
            return;
        }

        if (outbound.Capabilities.Sampling)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            outbound.Losses.Add(name, LossKind.Dropped);
        }
    }

    private static string? EffortOf(OutboundRequest outbound)
    {
        var options = outbound.Request.Options;
        var effort = OpenAiShared.EffortOf(options);
        if (effort is null && Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ThinkingBudget) is { } budget)
        {
            effort = budget < 0 ? "medium" : ReasoningTable.EffortOf(budget);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        return effort is null || IsTaken("reasoning_effort", outbound) ? effort : null;
    }

    private static void WriteReasoning(OutboundRequest outbound, Utf8JsonWriter json)
    {
        var options = outbound.Request.Options;
        var effort = EffortOf(outbound);
        var summary = Vocabulary.Get<string>(options.AdditionalProperties, ResponsesRequestReader.Summary) ?? options.Reasoning?.Output switch
        {
            ReasoningOutput.Summary => "auto",
            ReasoningOutput.Full => "detailed",
            _ => null,
        };
        if (effort is null && summary is null)
        {
            return;
        }

        var known = outbound.Capabilities.Efforts;
        if (effort is not null && known.Count > 0 && !known.Contains(effort))
        {
            effort = ReasoningTable.Nearest(effort, known);
            outbound.Losses.Add("reasoning", LossKind.Approximated);
        }

        json.WriteStartObject("reasoning"u8);
        if (effort is not null)
        {
            json.WriteString("effort"u8, effort);
        }

        if (summary is not null)
        {
            json.WriteString("summary"u8, summary);
        }

        json.WriteEndObject();
    }

    private static void WriteText(ChatOptions options, Utf8JsonWriter json)
    {
        var verbosity = Vocabulary.Get<string>(options.AdditionalProperties, OpenAiShared.Verbosity);
        if (options.ResponseFormat is null && verbosity is null)
        {
            return;
        }

        json.WriteStartObject("text"u8);
        if (options.ResponseFormat is { } format)
        {
            json.WriteStartObject("format"u8);
            WriteFormat(format, options, json);
            json.WriteEndObject();
        }

        if (verbosity is not null)
        {
            json.WriteString("verbosity"u8, verbosity);
        }

        json.WriteEndObject();
    }

    private static void WriteFormat(ChatResponseFormat format, ChatOptions options, Utf8JsonWriter json)
    {
        if (format is ChatResponseFormatJson { Schema: not null } schema)
        {
            json.WriteString("type"u8, "json_schema"u8);
            OpenAiShared.WriteSchema(schema, options, json);
        }
        else
        {
            json.WriteString("type"u8, format is ChatResponseFormatJson ? "json_object"u8 : "text"u8);
        }
    }

    /// <summary>What this protocol has no field for at all.</summary>
    private static void ReportUntold(ChatOptions options, LossReport losses)
    {
        Report(options.StopSequences is { Count: > 0 }, "stop", losses);
        Report(options.TopK is not null, "top_k", losses);
        Report(options.Seed is not null, "seed", losses);
        Report(options.FrequencyPenalty is not null and not 0, "frequency_penalty", losses);
        Report(options.PresencePenalty is not null and not 0, "presence_penalty", losses);
        Report(Vocabulary.Get<int?>(options.AdditionalProperties, Vocabulary.ChoiceCount) is > 1, "n", losses);
    }

    private static void Report(bool isLost, string field, LossReport losses)
    {
        if (isLost)
        {
            losses.Add(field, LossKind.Dropped);
        }
    }
}
