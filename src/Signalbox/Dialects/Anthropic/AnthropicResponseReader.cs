using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Reads a provider's complete message; liberal, because compatible servers leave out and add fields.</summary>
internal static class AnthropicResponseReader
{
    public static ChatResponse? Read(JsonElement body, ReadProblems problems)
    {
        if (!problems.Is(body, JsonValueKind.Object, null, "a JSON object")
            || problems.Array(body, "content", required: true) is not { } blocks)
        {
            return null;
        }

        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>(blocks.GetArrayLength()));
        foreach (var block in blocks.EnumerateArray())
        {
            if (ReadBlock(block, problems) is { } content)
            {
                message.Contents.Add(content);
            }
        }

        var usage = new AnthropicUsage();
        if (body.TryGetProperty("usage", out var counts))
        {
            usage.Read(counts);
        }

        var response = new ChatResponse(message)
        {
            ResponseId = AnthropicFields.Text(body, "id"),
            ModelId = AnthropicFields.Text(body, "model"),
            Usage = usage.ToDetails(),
        };
        if (AnthropicFields.Text(body, "stop_reason") is { Length: > 0 } word)
        {
            response.FinishReason = AnthropicFinish.Read(word, HasOpenCalls(message));
            response.AdditionalProperties = AnthropicFinish.Keep(word, AnthropicFields.Text(body, "stop_sequence"));
        }

        return problems.Error is null ? response : null;
    }

    /// <summary>Calls that code on the provider's side made are not the caller's to answer once the provider says that it is done.</summary>
    private static bool HasOpenCalls(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is FunctionCallContent && IsDirect(content))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether the model itself made a call.</summary>
    public static bool IsDirect(AIContent call) =>
        call.AdditionalProperties is null || !call.AdditionalProperties.TryGetValue(AnthropicFields.Caller, out var value)
        || value is not JsonElement caller || AnthropicFields.Text(caller, "type") is null or "direct";

    private static AIContent? ReadBlock(JsonElement block, ReadProblems problems)
    {
        switch (AnthropicFields.Text(block, "type"))
        {
            case null:
                return null;
            case "text":
                return ReadText(block);
            case "thinking":
                return AnthropicBlockReader.Thinking(AnthropicFields.Text(block, "thinking") ?? "", AnthropicFields.Text(block, "signature"));
            case "redacted_thinking":
                return AnthropicFields.Text(block, "data") is { } data ? AnthropicBlockReader.Redacted(data) : null;
            case "tool_use":
                return ReadCall(block, problems);
            case var other:
                // The answer may live longer than the document that it was read from.
                return new OpaqueContent(AnthropicDialect.DialectName, other, block.Clone());
        }
    }

    private static TextContent? ReadText(JsonElement block)
    {
        if (AnthropicFields.Text(block, "text") is not { } text)
        {
            return null;
        }

        var content = new TextContent(text);
        if (block.TryGetProperty("citations", out var citations) && citations.ValueKind == JsonValueKind.Array)
        {
            AnthropicCitations.Read(citations.Clone(), content);
        }

        return content;
    }

    private static FunctionCallContent? ReadCall(JsonElement block, ReadProblems problems)
    {
        if (AnthropicFields.Text(block, "name") is not { Length: > 0 } name)
        {
            problems.Fail("content", "has a tool_use block without a name");
            return null;
        }

        block.TryGetProperty("input", out var input);
        var call = Contents.ToolCall(AnthropicFields.Text(block, "id") ?? ToolCallIds.New(), name, input);
        if (block.TryGetProperty("caller", out var caller) && caller.ValueKind == JsonValueKind.Object)
        {
            Vocabulary.Set(call, AnthropicFields.Caller, caller.Clone());
        }

        return call;
    }
}
