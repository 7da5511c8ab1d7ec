using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Reads content blocks, of requests and of answers. A block type that has no place in the vocabulary is kept as it came.</summary>
internal static class AnthropicBlockReader
{
    public static void ReadList(JsonElement list, string field, List<AIContent> contents, ReadProblems problems)
    {
        var index = 0;
        foreach (var block in list.EnumerateArray())
        {
            problems.Enter(field, index++);
            if (problems.Is(block, JsonValueKind.Object, null, "an object") && Read(block, problems) is { } content)
            {
                if (problems.Object(block, Vocabulary.CacheControl) is { } hint)
                {
                    Vocabulary.Set(content, Vocabulary.CacheControl, hint);
                }

                contents.Add(content);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                return;
            }
        }
    }

    private static AIContent? Read(JsonElement block, ReadProblems problems)
    {
        switch (problems.String(block, "type", required: true))
        {
            case "text":
                return ReadText(block, problems);
            case "thinking":
                return Thinking(problems.String(block, "thinking") ?? "", problems.String(block, "signature"));
            case "redacted_thinking":
                return problems.String(block, "data", required: true) is { } data ? Redacted(data) : null;
            case "tool_use":
                return ReadCall(block, problems);
            case "tool_result":
                return ReadResult(block, problems);
            case "image":
                return AnthropicMediaReader.ReadImage(block, problems);
            case "document":
                return AnthropicMediaReader.ReadDocument(block, problems);
            case { } other:
                return new OpaqueContent(AnthropicDialect.DialectName, other, block);
            default:
                return null;
        }
    }

    public static TextReasoningContent Thinking(string text, string? signature)
    {
        var content = new TextReasoningContent(text);
        if (!string.IsNullOrEmpty(signature))
        {
            content.ProtectedData = signature;
            Vocabulary.Set(content, Vocabulary.SignedBy, AnthropicDialect.DialectName);
        }

        return content;
    }

    public static TextReasoningContent Redacted(string data)
    {
        var content = Thinking("", data);
        Vocabulary.Set(content, Vocabulary.Redacted, true);
        return content;
    }

    private static TextContent? ReadText(JsonElement block, ReadProblems problems)
    {
        if (problems.String(block, "text", required: true) is not { } text)
        {
            return null;
        }

        var content = new TextContent(text);
        if (block.TryGetProperty("citations", out var citations) && citations.ValueKind == JsonValueKind.Array)
        {
            AnthropicCitations.Read(citations, content);
        }

        return content;
    }

    private static FunctionCallContent? ReadCall(JsonElement block, ReadProblems problems)
    {
        var id = problems.String(block, "id", required: true);
        var name = problems.String(block, "name", required: true);
        var input = problems.Object(block, "input");
        if (id is null || name is null)
        {
            return null;
        }

        var call = Contents.ToolCall(id, name, input ?? default);
        AnthropicFields.Keep(block, "caller", call, AnthropicFields.Caller);
        return call;
    }

    private static FunctionResultContent? ReadResult(JsonElement block, ReadProblems problems)
    {
        if (problems.String(block, "tool_use_id", required: true) is not { } id)
        {
            return null;
        }

        object result = "";
        if (problems.Get(block, "content", required: false) is { } content)
        {
            if (content.ValueKind == JsonValueKind.String)
            {
                result = content.GetString()!;
            }
            else if (problems.Is(content, JsonValueKind.Array, "content", "a string or an array of blocks"))
            {
                var parts = new List<AIContent>();
                ReadList(content, "content", parts, problems);
                result = parts is [TextContent { AdditionalProperties: null } only] ? only.Text : parts;
            }
        }

        var read = new FunctionResultContent(id, result);
        if (problems.Bool(block, "is_error") is true)
        {
            Vocabulary.Set(read, Vocabulary.IsError, true);
        }

        return read;
    }
}
