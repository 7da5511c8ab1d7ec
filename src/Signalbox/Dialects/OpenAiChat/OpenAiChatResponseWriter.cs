using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Writes a complete chat completion for a caller.</summary>
internal static class OpenAiChatResponseWriter
{
    public static void Write(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "chatcmpl-" + context.RequestId);
        json.WriteString("object"u8, "chat.completion"u8);
        json.WriteNumber("created"u8, (response.CreatedAt ?? context.CreatedAt).ToUnixTimeSeconds());
        json.WriteString("model"u8, response.ModelId ?? context.Model);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        WriteMessage(response, json);
        WriteLogprobs(response, json);
        json.WriteString("finish_reason"u8, FinishWord(response.FinishReason));
        json.WriteEndObject();
        json.WriteEndArray();
        if (response.Usage is { } usage)
        {
            json.WritePropertyName("usage"u8);
            WriteUsage(usage, json);
        }

        json.WriteEndObject();
    }

    public static string FinishWord(ChatFinishReason? reason)
    {
        if (reason == ChatFinishReason.Length)
        {
            return "length";
        }

        if (reason == ChatFinishReason.ToolCalls)
        {
            return "tool_calls";
        }

        return reason == ChatFinishReason.ContentFilter ? "content_filter" : "stop";
    }

    public static void WriteUsage(UsageDetails usage, Utf8JsonWriter json)
    {
        var input = usage.InputTokenCount ?? 0;
        var output = usage.OutputTokenCount ?? 0;
        json.WriteStartObject();
        json.WriteNumber("prompt_tokens"u8, input);
        json.WriteNumber("completion_tokens"u8, output);
        json.WriteNumber("total_tokens"u8, usage.TotalTokenCount ?? (input + output));
        var written = usage.AdditionalCounts is { } counts && counts.TryGetValue(Vocabulary.CacheWriteTokens, out var writes) ? writes : (long?)null;
        if (usage.CachedInputTokenCount is not null || written is not null)
        {
            json.WriteStartObject("prompt_tokens_details"u8);
            json.WriteNumber("cached_tokens"u8, usage.CachedInputTokenCount ?? 0);
            if (written is { } tokens)
            {
                json.WriteNumber("cache_write_tokens"u8, tokens);
            }

            json.WriteEndObject();
        }

        if (usage.ReasoningTokenCount is { } reasoning)
        {
            json.WriteStartObject("completion_tokens_details"u8);
            json.WriteNumber("reasoning_tokens"u8, reasoning);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteMessage(ChatResponse response, Utf8JsonWriter json)
    {
        string? text = null, reasoning = null, refusal = null;
        var calls = 0;
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent t: text += t.Text; break;
                    case TextReasoningContent r: reasoning += r.Text; break;
                    case ErrorContent e: refusal += e.Message; break;
                    case FunctionCallContent: calls++; break;
                }
            }
        }

        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, text ?? (calls == 0 && refusal is null ? "" : null));
        json.WriteString("refusal"u8, refusal);
        if (!string.IsNullOrEmpty(reasoning))
        {
            json.WriteString("reasoning_content"u8, reasoning);
        }

        if (calls > 0)
        {
            WriteCalls(response, json);
        }

        json.WriteEndObject();
    }

    private static void WriteCalls(ChatResponse response, Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is FunctionCallContent call)
                {
                    json.WriteStartObject();
                    json.WriteString("id"u8, call.CallId);
                    json.WriteString("type"u8, "function"u8);
                    json.WriteStartObject("function"u8);
                    json.WriteString("name"u8, call.Name);
                    json.WriteString("arguments"u8, Contents.ArgumentsText(call));
                    json.WriteEndObject();
                    json.WriteEndObject();
                }
            }
        }

        json.WriteEndArray();
    }

    private static void WriteLogprobs(ChatResponse response, Utf8JsonWriter json)
    {
        if (Vocabulary.Get<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties, Vocabulary.TokenLogprobs) is not { } tokens)
        {
            json.WriteNull("logprobs"u8);
            return;
        }

        json.WriteStartObject("logprobs"u8);
        json.WritePropertyName("content"u8);
        OpenAiLogprobs.WriteList(tokens, json);
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }
}
