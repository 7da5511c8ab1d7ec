using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>Reads a complete answer of the chat or of the generate endpoint; they differ only in where the text stands.</summary>
internal static class OllamaResponseReader
{
    public static ChatResponse? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object"))
        {
            return null;
        }

        if (OllamaFields.Get(body, "done").ValueKind == JsonValueKind.False)
        {
            problems.Fail("done", "must be true in a complete answer");
            return null;
        }

        var answer = OllamaFields.Get(body, "message") is { ValueKind: JsonValueKind.Object } inner ? inner : body;
        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>());
        ReadMessage(answer, message.Contents);
        var isDone = OllamaFields.Get(body, "done").ValueKind == JsonValueKind.True;
        if (!isDone && message.Contents.Count == 0)
        {
            problems.Fail("message", "is required");
            return null;
        }

        var word = OllamaFields.Text(body, "done_reason");
        var response = new ChatResponse(message)
        {
            ModelId = OllamaFields.Text(body, "model") is { Length: > 0 } model ? model : null,
            CreatedAt = OllamaFields.Moment(body, "created_at"),
            Usage = UsageOf(OllamaFields.Count(body, "prompt_eval_count"), OllamaFields.Count(body, "eval_count")),
            FinishReason = FinishOf(word, HasCalls(message.Contents)),
        };
        Note(response, Vocabulary.RawFinishReason, string.IsNullOrEmpty(word) ? null : word);
        Note(response, Vocabulary.TokenLogprobs, OpenAiLogprobs.ReadList(OllamaFields.Get(body, "logprobs")));
        return response;
    }

    /// <summary>The word of the end. Calls end with a plain stop; a load or unload ends an answer that has nothing to say.</summary>
    public static ChatFinishReason FinishOf(string? word, bool hasCalls)
    {
        if (word == "length")
        {
            return ChatFinishReason.Length;
        }

        return hasCalls ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop;
    }

    /// <summary>Counts; a prompt that was cached has none, which is not zero.</summary>
    public static UsageDetails? UsageOf(long? input, long? output) => input is null && output is null ? null : new UsageDetails
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        TotalTokenCount = input + output,
    };

    private static void ReadMessage(JsonElement answer, IList<AIContent> contents)
    {
        if (OllamaFields.Text(answer, "thinking") is { Length: > 0 } thinking)
        {
            contents.Add(new TextReasoningContent(thinking));
        }

        if ((OllamaFields.Text(answer, "content") ?? OllamaFields.Text(answer, "response")) is { Length: > 0 } text)
        {
            contents.Add(new TextContent(text));
        }

        // A picture that cannot be read is no reason to lose the answer.
        OllamaImages.Read(answer, contents, new ReadProblems());
        if (OllamaFields.Get(answer, "tool_calls") is not { ValueKind: JsonValueKind.Array } calls)
        {
            return;
        }

        foreach (var call in calls.EnumerateArray())
        {
            if (OllamaFields.Get(call, "function") is { ValueKind: JsonValueKind.Object } function)
            {
                contents.Add(Contents.ToolCall(IdOf(call), OllamaFields.Text(function, "name") ?? "", OllamaToolCalls.ArgumentsOf(function)));
            }
        }
    }

    /// <summary>The id of a call; older servers give none.</summary>
    public static string IdOf(JsonElement call) => OllamaFields.Text(call, "id") is { Length: > 0 } id ? id : ToolCallIds.New();

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

    private static void Note(ChatResponse response, string name, object? value)
    {
        if (value is not null)
        {
            (response.AdditionalProperties ??= [])[name] = value;
        }
    }
}
