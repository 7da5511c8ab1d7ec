using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Reads a caller's system instruction and contents as messages.</summary>
internal static class GeminiContentReader
{
    public static List<ChatMessage> Read(JsonElement body, ReadProblems problems)
    {
        var messages = new List<ChatMessage>();
        ReadSystem(body, messages, problems);
        if (problems.Array(body, "contents", required: true) is not { } contents)
        {
            return messages;
        }

        if (contents.GetArrayLength() == 0)
        {
            problems.Fail("contents", "must hold at least one content");
        }

        var calls = new ToolCallLog();
        var index = 0;
        foreach (var content in contents.EnumerateArray())
        {
            problems.Enter("contents", index++);
            ReadContent(content, calls, messages, problems);
            problems.Leave();
            if (problems.Error is not null)
            {
                break;
            }
        }

        foreach (var message in messages)
        {
            if (message.Contents is MergedContents merged)
            {
                message.Contents = merged.WithJoinedTexts();
            }
        }

        return messages;
    }

    private static void ReadSystem(JsonElement body, List<ChatMessage> messages, ReadProblems problems)
    {
        var field = GeminiFields.Of(body, "systemInstruction");
        if (problems.Get(body, field, required: false) is not { } instruction)
        {
            return;
        }

        var message = new ChatMessage(ChatRole.System, new List<AIContent>());
        if (instruction.ValueKind == JsonValueKind.String)
        {
            message.Contents.Add(new TextContent(instruction.GetString()));
        }
        else if (problems.Is(instruction, JsonValueKind.Object, field, "an object"))
        {
            problems.Enter(field);
            ReadParts(instruction, new ToolCallLog(), message.Contents, problems);
            problems.Leave();
        }

        if (message.Contents.Count > 0)
        {
            messages.Add(message);
        }
    }

    private static void ReadContent(JsonElement content, ToolCallLog calls, List<ChatMessage> messages, ReadProblems problems)
    {
        if (!problems.Is(content, JsonValueKind.Object, null, "an object"))
        {
            return;
        }

        var role = problems.String(content, "role");
        // Without a role Google takes the caller to be speaking; results once had roles of their own.
        if (role is not (null or "" or "user" or "model" or "function" or "tool"))
        {
            problems.Fail("role", "must be user or model");
            return;
        }

        var contents = new List<AIContent>();
        ReadParts(content, calls, contents, problems);
        if (role == "model")
        {
            AddModelContents(contents, messages);
        }
        else
        {
            AddUserMessages(contents, messages);
        }
    }

    /// <summary>Google's own chat client sends a streamed answer back chunk by chunk, each as a content: together they are one message.</summary>
    private static void AddModelContents(List<AIContent> contents, List<ChatMessage> messages)
    {
        if (contents.Count == 0)
        {
            return;
        }

        if (messages is [.., { Contents: MergedContents merged }])
        {
            merged.AddRange(contents);
        }
        else if (messages is [.., { Role: var role } last] && role == ChatRole.Assistant)
        {
            last.Contents = new MergedContents([.. last.Contents, .. contents]);
        }
        else
        {
            messages.Add(new ChatMessage(ChatRole.Assistant, contents));
        }
    }

    /// <summary>Results of tools are messages of their own in the vocabulary; runs of other contents are the user's.</summary>
    private static void AddUserMessages(List<AIContent> contents, List<ChatMessage> messages)
    {
        ChatMessage? message = null;
        foreach (var content in contents)
        {
            var role = content is FunctionResultContent ? ChatRole.Tool : ChatRole.User;
            if (message?.Role != role)
            {
                message = new ChatMessage(role, new List<AIContent>());
                messages.Add(message);
            }

            message.Contents.Add(content);
        }
    }

    private static void ReadParts(JsonElement content, ToolCallLog calls, IList<AIContent> contents, ReadProblems problems)
    {
        if (problems.Array(content, "parts") is not { } parts)
        {
            return;
        }

        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            problems.Enter("parts", index++);
            if (GeminiParts.Read(part, calls, problems) is { } read)
            {
                contents.Add(read);
            }

            problems.Leave();
            if (problems.Error is not null)
            {
                return;
            }
        }
    }

    /// <summary>Contents of several chunks, whose pieces of text are joined once all are there.</summary>
    private sealed class MergedContents(IEnumerable<AIContent> contents) : List<AIContent>(contents)
    {
        public List<AIContent> WithJoinedTexts()
        {
            var joined = new List<AIContent>();
            var text = new StringBuilder();
            foreach (var content in this)
            {
                if (content is TextContent { AdditionalProperties: null } piece)
                {
                    text.Append(piece.Text);
                    continue;
                }

                Flush(text, joined);
                joined.Add(content);
            }

            Flush(text, joined);
            return joined;
        }

        private static void Flush(StringBuilder text, List<AIContent> joined)
        {
            if (text.Length > 0)
            {
                joined.Add(new TextContent(text.ToString()));
                text.Clear();
            }
        }
    }
}
