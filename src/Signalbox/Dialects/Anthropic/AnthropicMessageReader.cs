using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Reads the system prompt and the messages of a request.</summary>
internal static class AnthropicMessageReader
{
    /// <summary>The system prompt is a field of its own here; in the vocabulary it is the leading message.</summary>
    public static void ReadSystem(JsonElement body, List<ChatMessage> messages, ReadProblems problems)
    {
        if (problems.Get(body, "system", required: false) is not { } system)
        {
            return;
        }

        var contents = new List<AIContent>();
        ReadContent(system, "system", contents, problems);
        if (contents.Count > 0)
        {
            messages.Add(new ChatMessage(ChatRole.System, contents));
        }
    }

    public static void Read(JsonElement list, List<ChatMessage> messages, ReadProblems problems)
    {
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("messages", index++);
            if (problems.Is(item, JsonValueKind.Object, null, "an object"))
            {
                ReadMessage(item, messages, problems);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                return;
            }
        }
    }

    private static void ReadMessage(JsonElement item, List<ChatMessage> messages, ReadProblems problems)
    {
        var role = problems.String(item, "role", required: true);
        if (role is not (null or "user" or "assistant" or "system"))
        {
            problems.Fail("role", $"must be user or assistant, not '{(role.Length <= 40 ? role : role[..40] + "...")}'");
            return;
        }

        var contents = new List<AIContent>();
        if (problems.Get(item, "content", required: true) is { } content)
        {
            ReadContent(content, "content", contents, problems);
        }

        switch (role)
        {
            case "user": Split(contents, messages); break;
            case "assistant": messages.Add(new ChatMessage(ChatRole.Assistant, contents)); break;
            default: messages.Add(new ChatMessage(ChatRole.System, contents)); break;
        }
    }

    /// <summary>Tool results are part of a user message here; in the vocabulary they are messages of the role tool.</summary>
    private static void Split(List<AIContent> contents, List<ChatMessage> messages)
    {
        var start = 0;
        for (var i = 1; i <= contents.Count; i++)
        {
            var isResult = contents[start] is FunctionResultContent;
            if (i == contents.Count || contents[i] is FunctionResultContent != isResult)
            {
                messages.Add(new ChatMessage(isResult ? ChatRole.Tool : ChatRole.User, contents.GetRange(start, i - start)));
                start = i;
            }
        }

        if (contents.Count == 0)
        {
            messages.Add(new ChatMessage(ChatRole.User, contents));
        }
    }

    private static void ReadContent(JsonElement content, string field, List<AIContent> contents, ReadProblems problems)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            contents.Add(new TextContent(content.GetString()));
        }
        else if (problems.Is(content, JsonValueKind.Array, field, "a string or an array of blocks"))
        {
            AnthropicBlockReader.ReadList(content, field, contents, problems);
        }
    }
}
