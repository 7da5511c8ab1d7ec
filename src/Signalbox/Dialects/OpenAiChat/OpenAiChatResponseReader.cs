using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Reads a provider's complete chat completion; liberal, because compatible servers leave out and add much.</summary>
internal static class OpenAiChatResponseReader
{
    /// <summary>OpenRouter's finish reason of an answer that failed on the way.</summary>
    public const string FailedWord = "error";

    public static ChatResponse? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object")
            || problems.Array(body, "choices", required: true) is not { } choices)
        {
            return null;
        }

        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>());
        var response = new ChatResponse(message)
        {
            ResponseId = Text(body, "id"),
            ModelId = Text(body, "model"),
            CreatedAt = Created(body),
            Usage = body.TryGetProperty("usage", out var usage) ? ReadUsage(usage) : null,
        };
        if (choices.GetArrayLength() == 0 || choices[0].ValueKind != JsonValueKind.Object)
        {
            problems.Fail("choices", "must hold at least one choice");
            return null;
        }

        var choice = choices[0];
        if (Text(choice, "finish_reason") == FailedWord)
        {
            problems.Fail("choices[0].finish_reason", "is error: the provider broke its answer off");
            return null;
        }

        if (choice.TryGetProperty("message", out var answer) && answer.ValueKind == JsonValueKind.Object)
        {
            ReadMessage(answer, message.Contents);
        }
        else if (Text(choice, "text") is { } legacy)
        {
            message.Contents.Add(new TextContent(legacy));
        }

        ReadFinish(choice, response, message.Contents);
        if (choice.TryGetProperty("logprobs", out var logprobs) && OpenAiLogprobs.Read(logprobs) is { } tokens)
        {
            (response.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
        }

        return response;
    }

    private static void ReadFinish(JsonElement choice, ChatResponse response, IList<AIContent> contents)
    {
        var word = Text(choice, "finish_reason");
        var hasCalls = false;
        foreach (var content in contents)
        {
            hasCalls |= content is FunctionCallContent;
        }

        // A complete answer without a reason has still ended (Snowflake answers an empty one).
        response.FinishReason = FinishOf(word is { Length: > 0 } ? word : "stop", hasCalls);
        if (word is { Length: > 0 })
        {
            (response.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = word;
        }
    }

    public static ChatFinishReason FinishOf(string word, bool hasCalls) => word switch
    {
        "length" or "max_tokens" or "model_length" => ChatFinishReason.Length,
        "content_filter" => ChatFinishReason.ContentFilter,
        "tool_calls" or "function_call" => ChatFinishReason.ToolCalls,
        // A forced tool ends with a plain stop.
        _ => hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
    };

    private static void ReadMessage(JsonElement message, IList<AIContent> contents)
    {
        if (ReasoningOf(message) is { Length: > 0 } reasoning)
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        if (message.TryGetProperty("content", out var content))
        {
            ReadContent(content, contents);
        }

        if (Text(message, "refusal") is { Length: > 0 } refusal)
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = Vocabulary.Refusal });
        }

        if (message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            foreach (var call in calls.EnumerateArray())
            {
                ReadCall(call, contents);
            }
        }
        else if (message.TryGetProperty("function_call", out var function) && function.ValueKind == JsonValueKind.Object && Text(function, "name") is { Length: > 0 } name)
        {
            // Snowflake sends the field with an empty name when nothing is called.
            contents.Add(Contents.ToolCall(ToolCallIds.New(), name, ArgumentsOf(function)));
        }
    }

    /// <summary>A text, or Mistral's list of thinking, text and reference parts.</summary>
    public static void ReadContent(JsonElement content, IList<AIContent> contents)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            if (content.GetString() is { Length: > 0 } text)
            {
                contents.Add(new TextContent(text));
            }

            return;
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var part in content.EnumerateArray())
        {
            if (part.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            if (Text(part, "text") is { Length: > 0 } text)
            {
                contents.Add(new TextContent(text));
            }
            else if (part.TryGetProperty("thinking", out var thinking))
            {
                ReadThinking(thinking, contents);
            }
        }
    }

    private static void ReadThinking(JsonElement thinking, IList<AIContent> contents)
    {
        if (thinking.ValueKind == JsonValueKind.String)
        {
            contents.Add(new TextReasoningContent(thinking.GetString()));
        }
        else if (thinking.ValueKind == JsonValueKind.Array)
        {
            foreach (var part in thinking.EnumerateArray())
            {
                if (part.ValueKind == JsonValueKind.Object && Text(part, "text") is { Length: > 0 } text)
                {
                    contents.Add(new TextReasoningContent(text));
                }
            }
        }
    }

    private static void ReadCall(JsonElement call, IList<AIContent> contents)
    {
        if (call.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (!call.TryGetProperty("function", out var function) || function.ValueKind != JsonValueKind.Object)
        {
            contents.Add(new OpaqueContent(OpenAiChatDialect.DialectName, Text(call, "type") ?? "custom", call.Clone()));
            return;
        }

        var id = Text(call, "id");
        var content = Contents.ToolCall(string.IsNullOrEmpty(id) ? ToolCallIds.New() : id, Text(function, "name") ?? "", ArgumentsOf(function));
        ReadSignature(call, content);
        contents.Add(content);
    }

    /// <summary>The thought signature that Gemini's compatible endpoint puts beside a call.</summary>
    public static void ReadSignature(JsonElement call, AIContent content)
    {
        if (call.TryGetProperty("extra_content", out var extra) && extra.ValueKind == JsonValueKind.Object
            && extra.TryGetProperty("google", out var google) && google.ValueKind == JsonValueKind.Object
            && Text(google, "thought_signature") is { } signature)
        {
            Vocabulary.Set(content, Vocabulary.ThoughtSignature, signature);
            Vocabulary.Set(content, Vocabulary.SignedBy, OpenAiChatDialect.DialectName);
        }
    }

    /// <summary>Readable thoughts, under the names that compatible servers give them.</summary>
    public static string? ReasoningOf(JsonElement message) => Text(message, "reasoning_content") ?? Text(message, "reasoning");

    public static UsageDetails? ReadUsage(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var details = new UsageDetails
        {
            InputTokenCount = Count(usage, "prompt_tokens"),
            OutputTokenCount = Count(usage, "completion_tokens"),
            TotalTokenCount = Count(usage, "total_tokens"),
            CachedInputTokenCount = Count(usage, "prompt_tokens_details", "cached_tokens") ?? Count(usage, "prompt_cache_hit_tokens") ?? Count(usage, "num_cached_tokens"),
            ReasoningTokenCount = Count(usage, "completion_tokens_details", "reasoning_tokens") ?? Count(usage, "reasoning_tokens"),
        };
        // xAI counts reasoning beside the completion instead of in it; its total says so.
        if (details.ReasoningTokenCount is > 0 and var reasoning && details.TotalTokenCount == details.InputTokenCount + details.OutputTokenCount + reasoning)
        {
            details.OutputTokenCount += reasoning;
        }

        if (Count(usage, "prompt_tokens_details", "cache_write_tokens") is { } written)
        {
            details.AdditionalCounts = new() { [Vocabulary.CacheWriteTokens] = written };
        }

        return details.InputTokenCount is null && details.OutputTokenCount is null ? null : details;
    }

    public static string? Text(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static string ArgumentsOf(JsonElement function) =>
        !function.TryGetProperty("arguments", out var arguments) ? "" : arguments.ValueKind switch
        {
            JsonValueKind.String => arguments.GetString() ?? "",
            JsonValueKind.Object => arguments.GetRawText(),
            _ => "",
        };

    private static DateTimeOffset? Created(JsonElement body) =>
        body.TryGetProperty("created", out var created) && created.ValueKind == JsonValueKind.Number
            && created.TryGetInt64(out var seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static long? Count(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : null;

    private static long? Count(JsonElement parent, string group, string name) =>
        parent.TryGetProperty(group, out var inner) && inner.ValueKind == JsonValueKind.Object ? Count(inner, name) : null;
}
