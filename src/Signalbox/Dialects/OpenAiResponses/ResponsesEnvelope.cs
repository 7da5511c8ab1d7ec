using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>How an answer stands when its response object is written.</summary>
internal readonly record struct ResponsesState(string Status)
{
    public static readonly ResponsesState InProgress = new("in_progress");

    /// <summary>Why it is incomplete.</summary>
    public string? IncompleteReason { get; init; }

    public GatewayError? Error { get; init; }

    public UsageDetails? Usage { get; init; }

    /// <summary>The state of an answer that has ended.</summary>
    public static ResponsesState Ended(ChatFinishReason? finish, UsageDetails? usage)
    {
        var reason = finish == ChatFinishReason.Length ? "max_output_tokens" : finish == ChatFinishReason.ContentFilter ? "content_filter" : null;
        return new ResponsesState(reason is null ? "completed" : "incomplete") { IncompleteReason = reason, Usage = usage };
    }
}

/// <summary>Writes the response object: the answer, and the fields of the request that the protocol repeats in it.</summary>
internal sealed class ResponsesEnvelope(AnswerContext context, string? model, DateTimeOffset? createdAt)
{
    /// <summary>Repeated fields, and what stands for each where the caller left it out.</summary>
    private static readonly (string Name, string Default)[] Repeated =
    [
        ("background", "false"),
        ("instructions", "null"),
        ("max_output_tokens", "null"),
        ("max_tool_calls", "null"),
        ("metadata", "{}"),
        ("parallel_tool_calls", "true"),
        ("previous_response_id", "null"),
        ("prompt_cache_key", "null"),
        ("reasoning", """{"effort":null,"summary":null}"""),
        ("safety_identifier", "null"),
        ("temperature", "null"),
        ("text", """{"format":{"type":"text"}}"""),
        ("tool_choice", "\"auto\""),
        ("tools", "[]"),
        ("top_logprobs", "0"),
        ("top_p", "null"),
        ("truncation", "\"disabled\""),
    ];

    public void Write(ResponsesState state, List<ResponsesOutputItem> items, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "resp_" + context.RequestId);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, (createdAt ?? context.CreatedAt).ToUnixTimeSeconds());
        json.WriteString("status"u8, state.Status);
        WriteError(state, json);
        json.WriteString("model"u8, model ?? context.Model);
        json.WriteStartArray("output"u8);
        foreach (var item in items)
        {
            item.WriteTo(json, item.IsOpen ? "incomplete"u8 : "completed"u8);
        }

        json.WriteEndArray();
        WriteRepeated(json);
        json.WriteBoolean("store"u8, false);
        json.WritePropertyName("usage"u8);
        WriteUsage(state.Usage, json);
        json.WriteEndObject();
    }

    private static void WriteError(ResponsesState state, Utf8JsonWriter json)
    {
        json.WritePropertyName("error"u8);
        if (state.Error is { } error)
        {
            ResponsesErrors.Write(error, json);
        }
        else
        {
            json.WriteNullValue();
        }

        json.WritePropertyName("incomplete_details"u8);
        if (state.IncompleteReason is { } reason)
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, reason);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }
    }

    private void WriteRepeated(Utf8JsonWriter json)
    {
        var body = context.Request.Body;
        foreach (var (name, value) in Repeated)
        {
            json.WritePropertyName(name);
            if (body.ValueKind == JsonValueKind.Object && body.TryGetProperty(name, out var given) && given.ValueKind != JsonValueKind.Null)
            {
                given.WriteTo(json);
            }
            else
            {
                json.WriteRawValue(value, skipInputValidation: true);
            }
        }

        // The types allow no null here.
        if (ResponsesItems.Text(body, "user") is { } user)
        {
            json.WriteString("user"u8, user);
        }
    }

    private static void WriteUsage(UsageDetails? usage, Utf8JsonWriter json)
    {
        if (usage is null)
        {
            json.WriteNullValue();
            return;
        }

        // The protocol has no word for a count that nobody knows; its types demand every one.
        var input = usage.InputTokenCount ?? 0;
        var output = usage.OutputTokenCount ?? 0;
        var written = usage.AdditionalCounts is { } counts && counts.TryGetValue(Vocabulary.CacheWriteTokens, out var writes) ? writes : 0;
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, input);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.CachedInputTokenCount ?? 0);
        json.WriteNumber("cache_write_tokens"u8, written);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, output);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.ReasoningTokenCount ?? 0);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, usage.TotalTokenCount ?? (input + output));
        json.WriteEndObject();
    }
}
