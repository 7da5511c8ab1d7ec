using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Reads the messages of a chat completion request.</summary>
internal static class OpenAiChatMessageReader
{
    public static List<ChatMessage> Read(JsonElement list, ReadProblems problems)
    {
        var messages = new List<ChatMessage>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            problems.Enter("messages", messages.Count);
            var message = problems.Is(item, JsonValueKind.Object, null, "an object") ? ReadMessage(item, problems) : null;
            problems.Leave();
            if (problems.Error is not null || message is null)
            {
                return messages;
            }

            messages.Add(message);
        }

        if (messages.Count == 0)
        {
            problems.Fail("messages", "must hold at least one message");
        }

        return messages;
    }

    private static ChatMessage? ReadMessage(JsonElement item, ReadProblems problems)
    {
        switch (problems.String(item, "role", required: true))
        {
            case "system": return ReadPlain(ChatRole.System, item, problems);
            case "developer": return ReadPlain(Vocabulary.Developer, item, problems);
            case "user": return ReadPlain(ChatRole.User, item, problems);
            case "assistant": return ReadAssistant(item, problems);
            case "tool": return ReadResult(item, problems.String(item, "tool_call_id", required: true), problems);
            case "function": return ReadResult(item, problems.String(item, "name", required: true), problems);
            case { } other:
                problems.Fail("role", $"must be system, developer, user, assistant or tool, not '{Shorten(other)}'");
                return null;
            default: return null;
        }
    }

    private static ChatMessage ReadPlain(ChatRole role, JsonElement item, ReadProblems problems)
    {
        var message = new ChatMessage(role, new List<AIContent>()) { AuthorName = problems.String(item, "name") };
        if (problems.Get(item, "content", required: true) is { } content)
        {
            ReadContent(content, message.Contents, problems);
        }

        return message;
    }

    private static ChatMessage ReadAssistant(JsonElement item, ReadProblems problems)
    {
        var message = new ChatMessage(ChatRole.Assistant, new List<AIContent>()) { AuthorName = problems.String(item, "name") };
        var contents = message.Contents;
        // Compatible servers give their thoughts under one of two names; some reject anything but a string here.
        var reasoning = OpenAiChatResponseReader.ReasoningOf(item);
        if (reasoning is { Length: > 0 })
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        if (problems.Get(item, "content", required: false) is { } content)
        {
            ReadContent(content, contents, problems);
        }

        if (problems.String(item, "refusal") is { Length: > 0 } refusal)
        {
            contents.Add(new ErrorContent(refusal) { ErrorCode = Vocabulary.Refusal });
        }

        if (problems.Array(item, "tool_calls") is { } calls)
        {
            var index = 0;
            foreach (var call in calls.EnumerateArray())
            {
                problems.Enter("tool_calls", index++);
                ReadCall(call, contents, problems);
                problems.Leave();
            }
        }
        else if (problems.Object(item, "function_call") is { } function)
        {
            problems.Enter("function_call");
            var name = problems.String(function, "name", required: true) ?? "";
            contents.Add(Contents.ToolCall(name, name, problems.String(function, "arguments") ?? ""));
            problems.Leave();
        }

        return message;
    }

    private static void ReadCall(JsonElement call, IList<AIContent> contents, ReadProblems problems)
    {
        if (!problems.Is(call, JsonValueKind.Object, null, "an object"))
        {
            return;
        }

        var id = problems.String(call, "id", required: true) ?? "";
        if (problems.String(call, "type") is { } type and not "function")
        {
            contents.Add(new OpaqueContent(OpenAiChatDialect.DialectName, type, call));
            return;
        }

        var function = problems.Object(call, "function", required: true) ?? default;
        problems.Enter("function");
        var name = problems.String(function, "name", required: true) ?? "";
        var arguments = problems.String(function, "arguments") ?? "";
        problems.Leave();
        var content = Contents.ToolCall(id, name, arguments);
        OpenAiChatResponseReader.ReadSignature(call, content);
        contents.Add(content);
    }

    private static ChatMessage ReadResult(JsonElement item, string? callId, ReadProblems problems)
    {
        object? result = null;
        if (problems.Get(item, "content", required: true) is { } content)
        {
            if (content.ValueKind == JsonValueKind.String)
            {
                result = content.GetString();
            }
            else
            {
                var parts = new List<AIContent>();
                ReadContent(content, parts, problems);
                result = parts;
            }
        }

        return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(callId ?? "", result)]);
    }

    private static void ReadContent(JsonElement content, IList<AIContent> contents, ReadProblems problems)
    {
        if (content.ValueKind == JsonValueKind.String)
        {
            contents.Add(new TextContent(content.GetString()));
            return;
        }

        if (!problems.Is(content, JsonValueKind.Array, "content", "a string or an array of parts"))
        {
            return;
        }

        var index = 0;
        foreach (var part in content.EnumerateArray())
        {
            problems.Enter("content", index++);
            if (problems.Is(part, JsonValueKind.Object, null, "an object") && ReadPart(part, problems) is { } read)
            {
                contents.Add(read);
            }

            problems.Leave();
        }
    }

    private static AIContent? ReadPart(JsonElement part, ReadProblems problems)
    {
        switch (problems.String(part, "type", required: true))
        {
            case "text" or "input_text" or "output_text":
                return problems.String(part, "text", required: true) is { } text ? new TextContent(text) : null;
            case "image_url":
                return ReadImage(part, problems);
            case "input_audio":
                return ReadAudio(part, problems);
            case "file":
                return ReadFile(part, problems);
            case "refusal":
                return new ErrorContent(problems.String(part, "refusal", required: true)) { ErrorCode = Vocabulary.Refusal };
            case { } other:
                return new OpaqueContent(OpenAiChatDialect.DialectName, other, part);
            default:
                return null;
        }
    }

    private static AIContent? ReadImage(JsonElement part, ReadProblems problems)
    {
        if (problems.Get(part, "image_url", required: true) is not { } image)
        {
            return null;
        }

        // Some clients give the address itself where the protocol has an object around it.
        if (image.ValueKind == JsonValueKind.String)
        {
            return Contents.FromUrl(image.GetString()!, "image/*", problems, "image_url");
        }

        if (!problems.Is(image, JsonValueKind.Object, "image_url", "an object"))
        {
            return null;
        }

        problems.Enter("image_url");
        var content = problems.String(image, "url", required: true) is { } url ? Contents.FromUrl(url, "image/*", problems, "url") : null;
        if (content is not null)
        {
            Vocabulary.Set(content, Vocabulary.Detail, problems.String(image, "detail"));
        }

        problems.Leave();
        return content;
    }

    private static AIContent? ReadAudio(JsonElement part, ReadProblems problems)
    {
        // Mistral gives the sound itself, or its address, where OpenAI has an object around it.
        if (part.TryGetProperty("input_audio", out var bare) && bare.ValueKind == JsonValueKind.String && bare.GetString() is { } given)
        {
            return given.Contains(':', StringComparison.Ordinal)
                ? Contents.FromUrl(given, "audio/*", problems, "input_audio")
                : Contents.FromBase64(given, SoundTypeOf(given), problems, "input_audio");
        }

        if (problems.Object(part, "input_audio", required: true) is not { } audio)
        {
            return null;
        }

        problems.Enter("input_audio");
        var data = problems.String(audio, "data", required: true);
        var format = problems.String(audio, "format", required: true);
        var content = data is null || format is null
            ? null
            : Contents.FromBase64(data, format == "mp3" ? "audio/mpeg" : "audio/" + Token(format), problems, "data");
        problems.Leave();
        return content;
    }

    private static AIContent? ReadFile(JsonElement part, ReadProblems problems)
    {
        if (problems.Object(part, "file", required: true) is not { } file)
        {
            return null;
        }

        problems.Enter("file");
        AIContent? content = null;
        var name = problems.String(file, "filename");
        if (problems.String(file, "file_id") is { } id)
        {
            if (string.IsNullOrWhiteSpace(id))
            {
                problems.Fail("file_id", "must not be blank");
            }
            else
            {
                content = new HostedFileContent(id) { Name = name };
            }
        }
        else if (problems.String(file, "file_data", required: true) is { } data)
        {
            var read = data.StartsWith("data:", StringComparison.Ordinal)
                ? Contents.FromDataUri(data, problems, "file_data")
                : Contents.FromBase64(data, "application/pdf", problems, "file_data");
            if (read is not null)
            {
                read.Name = name;
            }

            content = read;
        }

        problems.Leave();
        return content;
    }

    /// <summary>The media type that the first bytes of a sound say.</summary>
    private static string SoundTypeOf(string base64) => base64 switch
    {
        _ when base64.StartsWith("SUQz", StringComparison.Ordinal) || base64.StartsWith("//", StringComparison.Ordinal) => "audio/mpeg",
        _ when base64.StartsWith("ZkxhQ", StringComparison.Ordinal) => "audio/flac",
        _ when base64.StartsWith("T2dnU", StringComparison.Ordinal) => "audio/ogg",
        _ => "audio/wav",
    };

    private static string Token(string format)
    {
        foreach (var c in format)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return "wav";
            }
        }

        return format.Length == 0 ? "wav" : format;
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
