using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Reads a provider's complete answer. Only candidate 0 is read; a prompt that was blocked has no candidates at all.</summary>
internal static class GeminiResponseReader
{
    public static ChatResponse? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>());
        var response = new ChatResponse(message)
        {
            ResponseId = GeminiFields.Text(body, "responseId"),
            ModelId = GeminiFields.Text(body, "modelVersion"),
            CreatedAt = GeminiFields.Text(body, "createTime") is { } time ? ReadTime(time) : null,
            Usage = GeminiFields.TryGet(body, "usageMetadata", out var usage) ? GeminiUsage.Read(usage).ToDetails() : null,
        };
        if (Candidate(body) is { } candidate)
        {
            ReadCandidate(candidate, response, message.Contents, problems);
        }
        else if (!ReadBlock(body, response, message.Contents))
        {
            problems.Fail("candidates", "must hold at least one candidate");
        }

        return problems.Error is null ? response : null;
    }

    /// <summary>Why a prompt was blocked; null where it was not.</summary>
    public static ErrorContent? BlockOf(JsonElement feedback)
    {
        if (!GeminiFields.TryGet(feedback, "blockReason", out var reason))
        {
            return null;
        }

        var word = reason.ValueKind == JsonValueKind.String ? reason.GetString()! : reason.GetRawText();
        return word is "" or "BLOCKED_REASON_UNSPECIFIED" or "0" ? null : GeminiFinish.Blocked(word, GeminiFields.Text(feedback, "blockReasonMessage"));
    }

    public static DateTimeOffset? ReadTime(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Candidate 0; its index is often left out, and with enums as numbers the reason of its end is a number.</summary>
    private static JsonElement? Candidate(JsonElement body)
    {
        if (!GeminiFields.TryGet(body, "candidates", out var candidates) || candidates.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var candidate in candidates.EnumerateArray())
        {
            if (candidate.ValueKind == JsonValueKind.Object && !(candidate.TryGetProperty("index", out var index)
                && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number) && number != 0))
            {
                return candidate;
            }
        }

        return null;
    }

    private static bool ReadBlock(JsonElement body, ChatResponse response, IList<AIContent> contents)
    {
        if (!GeminiFields.TryGet(body, "promptFeedback", out var feedback) || BlockOf(feedback) is not { } block)
        {
            return false;
        }

        contents.Add(block);
        response.FinishReason = ChatFinishReason.ContentFilter;
        (response.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = block.AdditionalProperties![GeminiFinish.BlockReason];
        return true;
    }

    private static void ReadCandidate(JsonElement candidate, ChatResponse response, IList<AIContent> contents, ReadProblems problems)
    {
        if (GeminiFields.TryGet(candidate, "content", out var content) && GeminiFields.TryGet(content, "parts", out var parts)
            && parts.ValueKind == JsonValueKind.Array)
        {
            problems.Enter("candidates", 0);
            foreach (var part in parts.EnumerateArray())
            {
                if (GeminiParts.Read(part, null, problems) is { } read and not TextContent { Text: "", AdditionalProperties: null })
                {
                    contents.Add(read);
                }
            }

            problems.Leave();
        }

        ReadFinish(candidate, response, contents);
        if (GeminiFields.TryGet(candidate, "logprobsResult", out var logprobs) && GeminiLogprobs.Read(logprobs) is { } tokens)
        {
            (response.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
        }
    }

    private static void ReadFinish(JsonElement candidate, ChatResponse response, IList<AIContent> contents)
    {
        var word = GeminiFields.Text(candidate, "finishReason");
        if (word is null && GeminiFields.TryGet(candidate, "finishReason", out var value) && value.ValueKind == JsonValueKind.Number)
        {
            word = value.TryGetInt32(out var number) ? GeminiFinish.WordOf(number) : null;
        }

        // A complete answer without a reason has still ended.
        response.FinishReason = GeminiFinish.Of(word, contents.Any(static content => content is FunctionCallContent));
        if (GeminiFinish.IsTelling(word))
        {
            (response.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = word;
        }
    }
}
