using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Ollama;

/// <summary>Reads the messages of a chat request. Older clients give no ids: results are then paired with calls by name and order.</summary>
internal static class OllamaMessageReader
{
    public static List<ChatMessage> Read(JsonElement list, ReadProblems problems)
    {
        var messages = new List<ChatMessage>(list.GetArrayLength());
        var calls = new ToolCallLog();
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("messages", messages.Count);
            var message = problems.Is(item, JsonValueKind.Object, null, "an object") ? ReadMessage(item, calls, problems) : null;
            problems.Leave();
            if (problems.Error is not null || message is null)
            {
                break;
            }

            messages.Add(message);
        }

        return messages;
    }

    private static ChatMessage? ReadMessage(JsonElement item, ToolCallLog calls, ReadProblems problems)
    {
        switch (problems.String(item, "role", required: true))
        {
            case "system": return ReadPlain(ChatRole.System, item, problems);
            case "user": return ReadPlain(ChatRole.User, item, problems);
            case "assistant": return ReadAssistant(item, calls, problems);
            case "tool": return ReadResult(item, calls, problems);
            case { } other:
                problems.Fail("role", $"must be system, user, assistant or tool, not '{Shorten(other)}'");
                return null;
            default: return null;
        }
    }

    private static ChatMessage ReadPlain(ChatRole role, JsonElement item, ReadProblems problems)
    {
        var message = new ChatMessage(role, new List<AIContent>());
        var hasImages = item.TryGetProperty("images", out var images) && images.ValueKind == JsonValueKind.Array && images.GetArrayLength() > 0;
        var text = ReadText(item, required: !hasImages, problems);
        if (text.Length > 0 || !hasImages)
        {
            message.Contents.Add(new TextContent(text));
        }

        OllamaImages.Read(item, message.Contents, problems);
        return message;
    }

    private static ChatMessage ReadAssistant(JsonElement item, ToolCallLog log, ReadProblems problems)
    {
        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>());
        if (problems.String(item, "thinking") is { Length: > 0 } thinking)
        {
            message.Contents.Add(new TextReasoningContent(thinking));
        }

        if (ReadText(item, required: false, problems) is { Length: > 0 } text)
        {
            message.Contents.Add(new TextContent(text));
        }

        OllamaImages.Read(item, message.Contents, problems);
        if (problems.Array(item, "tool_calls") is { } calls)
        {
            var index = 0;
            foreach (var call in calls.EnumerateArray())
            {
                problems.Enter("tool_calls", index++);
                ReadCall(call, log, message.Contents, problems);
                problems.Leave();
            }
        }

        return message;
    }

    private static void ReadCall(JsonElement call, ToolCallLog log, IList<AIContent> contents, ReadProblems problems)
    {
        if (!problems.Is(call, JsonValueKind.Object, null, "an object"))
        {
            return;
        }

        var id = problems.String(call, "id");
        var function = problems.Object(call, "function", required: true) ?? default;
        problems.Enter("function");
        var name = problems.String(function, "name", required: true) ?? "";
        var arguments = problems.Object(function, "arguments")?.GetRawText() ?? "{}";
        problems.Leave();
        contents.Add(Contents.ToolCall(log.Called(id, name, arguments), name, arguments));
    }

    private static ChatMessage ReadResult(JsonElement item, ToolCallLog log, ReadProblems problems)
    {
        var text = ReadText(item, required: true, problems);
        var id = log.Answered(problems.String(item, "tool_call_id"), problems.String(item, "tool_name") ?? problems.String(item, "name"));
        var images = new List<AIContent>();
        OllamaImages.Read(item, images, problems);
        object result = images.Count == 0 ? text : (List<AIContent>)[new TextContent(text), .. images];
        return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, result)]);
    }

    private static string ReadText(JsonElement item, bool required, ReadProblems problems) =>
        problems.String(item, "content", required) ?? "";

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
