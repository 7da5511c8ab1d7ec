using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Reads a provider's response object; liberal, because compatible servers leave out much of it.</summary>
internal static class ResponsesResponseReader
{
    public static ChatResponse? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var status = ResponsesItems.Text(body, "status");
        if (status is "failed" or "cancelled"
            || (body.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String))
        {
            problems.Fail("error", "ends the answer: " + OpenAiErrors.Read(200, body).Message);
            return null;
        }

        if (problems.Array(body, "output", required: true) is not { } output)
        {
            return null;
        }

        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>());
        var response = new ChatResponse(message)
        {
            ResponseId = ResponsesItems.Text(body, "id"),
            ModelId = ModelOf(body),
            CreatedAt = CreatedAt(body),
            Usage = body.TryGetProperty("usage", out var usage) ? ReadUsage(usage) : null,
        };
        var tokens = ReadOutput(output, message.Contents);
        if (tokens is not null)
        {
            (response.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
        }

        // A background response has not ended yet, and has no reason to have.
        if (status is not ("in_progress" or "queued"))
        {
            response.FinishReason = FinishOf(body, status == "incomplete", HasCalls(message.Contents), out var word);
            if (word is not null)
            {
                (response.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = word;
            }
        }

        return response;
    }

    /// <summary>Reads output items into contents; returns their log probabilities, if any.</summary>
    public static List<TokenLogprob>? ReadOutput(JsonElement output, IList<AIContent> contents)
    {
        List<TokenLogprob>? tokens = null;
        foreach (var item in output.EnumerateArray())
        {
            if (item.ValueKind == JsonValueKind.Object && ReadItem(item, contents) is { } more)
            {
                (tokens ??= []).AddRange(more);
            }
        }

        return tokens;
    }

    /// <summary>Reads one finished item; returns its log probabilities, if any.</summary>
    public static List<TokenLogprob>? ReadItem(JsonElement item, IList<AIContent> contents)
    {
        switch (ResponsesItems.Text(item, "type"))
        {
            case "message":
                return ReadMessage(item, contents);
            case "function_call":
                var callId = ResponsesItems.Text(item, "call_id") ?? ResponsesItems.Text(item, "id");
                var call = Contents.ToolCall(
                    string.IsNullOrEmpty(callId) ? ToolCallIds.New() : callId,
                    ResponsesItems.Text(item, "name") ?? "",
                    OpenAiChatResponseReader.ArgumentsOf(item));
                Vocabulary.Set(call, Vocabulary.ItemId, ResponsesItems.Text(item, "id"));
                contents.Add(call);
                return null;
            case "reasoning":
                var reasoning = ResponsesItems.ReadReasoning(item);
                reasoning.ProtectedData = ResponsesItems.Text(item, "encrypted_content");
                Vocabulary.Set(reasoning, Vocabulary.ItemId, ResponsesItems.Text(item, "id"));
                contents.Add(reasoning);
                return null;
            case { } other:
                contents.Add(ResponsesItems.Opaque(other, item.Clone()));
                return null;
            default:
                return null;
        }
    }

    private static List<TokenLogprob>? ReadMessage(JsonElement item, IList<AIContent> contents)
    {
        if (!item.TryGetProperty("content", out var parts) || parts.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        List<TokenLogprob>? tokens = null;
        var id = ResponsesItems.Text(item, "id");
        var phase = ResponsesItems.Text(item, "phase");
        foreach (var part in parts.EnumerateArray())
        {
            if (ReadPart(part) is not { } content)
            {
                continue;
            }

            Vocabulary.Set(content, Vocabulary.ItemId, id);
            Vocabulary.Set(content, ResponsesItems.Phase, phase);
            contents.Add(content);
            if (part.TryGetProperty("logprobs", out var logprobs) && OpenAiLogprobs.ReadList(logprobs) is { } list)
            {
                (tokens ??= []).AddRange(list);
            }
        }

        return tokens;
    }

    private static AIContent? ReadPart(JsonElement part) => ResponsesItems.Text(part, "type") switch
    {
        "output_text" or "text" => ResponsesItems.Text(part, "text") is { Length: > 0 } text ? new TextContent(text) : null,
        "refusal" => ResponsesItems.Text(part, "refusal") is { Length: > 0 } refusal ? new ErrorContent(refusal) { ErrorCode = Vocabulary.Refusal } : null,
        { } other => new OpaqueContent(ResponsesDialect.DialectName, other, part.Clone()),
        null => null,
    };

    /// <summary>Why the answer ended. <paramref name="word"/> is the provider's own reason where the protocol does not name it.</summary>
    public static ChatFinishReason FinishOf(JsonElement response, bool isIncomplete, bool hasCalls, out string? word)
    {
        word = null;
        if (!isIncomplete)
        {
            return hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
        }

        var reason = response.TryGetProperty("incomplete_details", out var details) ? ResponsesItems.Text(details, "reason") : null;
        word = reason is "max_output_tokens" or "content_filter" ? null : reason;
        return reason == "content_filter" ? ChatFinishReason.ContentFilter : ChatFinishReason.Length;
    }

    public static UsageDetails? ReadUsage(JsonElement usage)
    {
        if (usage.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        var details = new UsageDetails
        {
            InputTokenCount = Count(usage, "input_tokens"),
            OutputTokenCount = Count(usage, "output_tokens"),
            TotalTokenCount = Count(usage, "total_tokens"),
            CachedInputTokenCount = Count(usage, "input_tokens_details", "cached_tokens"),
            ReasoningTokenCount = Count(usage, "output_tokens_details", "reasoning_tokens"),
        };
        if (Count(usage, "input_tokens_details", "cache_write_tokens") is { } written)
        {
            details.AdditionalCounts = new() { [Vocabulary.CacheWriteTokens] = written };
        }

        return details.InputTokenCount is null && details.OutputTokenCount is null ? null : details;
    }

    public static string? ModelOf(JsonElement response) => ResponsesItems.Text(response, "model") is { Length: > 0 } model ? model : null;

    public static DateTimeOffset? CreatedAt(JsonElement response) =>
        response.TryGetProperty("created_at", out var created) && created.ValueKind == JsonValueKind.Number
            && created.TryGetDouble(out var seconds) && seconds is > 0 and < 253402300800
            ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private static bool HasCalls(IList<AIContent> contents)
    {
        foreach (var content in contents)
        {
            if (content is FunctionCallContent)
            {
                return true;
            }
        }

        return false;
    }

    private static long? Count(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : null;

    private static long? Count(JsonElement parent, string group, string name) =>
        parent.TryGetProperty(group, out var inner) && inner.ValueKind == JsonValueKind.Object ? Count(inner, name) : null;
}
