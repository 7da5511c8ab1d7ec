using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Reads one part of a content: of a caller's request, a complete answer or a stream's chunk.</summary>
internal static class GeminiParts
{
    private const int MaxUrlLength = 8192;

    /// <summary>Reads a part; null (with or without a problem) where it holds nothing.</summary>
    /// <param name="part">The part.</param>
    /// <param name="calls">The conversation's calls; null for an answer, whose calls get new ids.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static AIContent? Read(JsonElement part, ToolCallLog? calls, ReadProblems problems)
    {
        if (!problems.Is(part, JsonValueKind.Object, null, "an object"))
        {
            return null;
        }

        var signature = problems.String(part, GeminiFields.Of(part, "thoughtSignature"));
        var content = ReadData(part, signature, calls, problems);
        if (content is not null and not TextReasoningContent && signature is not null)
        {
            Sign(content, signature);
        }

        return content;
    }

    /// <summary>Keeps a signature with the content that it came beside.</summary>
    public static void Sign(AIContent content, string signature)
    {
        Vocabulary.Set(content, Vocabulary.ThoughtSignature, signature);
        Vocabulary.Set(content, Vocabulary.SignedBy, GeminiDialect.DialectName);
    }

    /// <summary>A thought; it is Gemini's own even without a signature.</summary>
    public static TextReasoningContent Thought(string text, string? signature)
    {
        var thought = new TextReasoningContent(text) { ProtectedData = signature };
        Vocabulary.Set(thought, Vocabulary.SignedBy, GeminiDialect.DialectName);
        return thought;
    }

    private static AIContent? ReadData(JsonElement part, string? signature, ToolCallLog? calls, ReadProblems problems)
    {
        foreach (var property in part.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            switch (property.Name)
            {
                case "text":
                    return ReadText(part, signature, problems);
                case "inlineData" or "inline_data":
                    return Inside(property, problems, ReadInline);
                case "fileData" or "file_data":
                    return Inside(property, problems, ReadFile);
                case "functionCall" or "function_call":
                    return Inside(property, problems, (call, found) => ReadCall(call, calls, found));
                case "functionResponse" or "function_response":
                    return Inside(property, problems, (result, found) => ReadResult(result, calls ?? new ToolCallLog(), found));
                case "executableCode" or "executable_code" or "codeExecutionResult" or "code_execution_result" or "toolCall" or "tool_call"
                    or "toolResponse" or "tool_response":
                    return new OpaqueContent(GeminiDialect.DialectName, GeminiFields.ToCamel(property.Name), part.Clone());
            }
        }

        return signature is null ? null : new TextContent("");
    }

    private static AIContent? Inside(JsonProperty property, ReadProblems problems, Func<JsonElement, ReadProblems, AIContent?> read)
    {
        if (!problems.Is(property.Value, JsonValueKind.Object, property.Name, "an object"))
        {
            return null;
        }

        problems.Enter(property.Name);
        var content = read(property.Value, problems);
        problems.Leave();
        return content;
    }

    private static AIContent? ReadText(JsonElement part, string? signature, ReadProblems problems)
    {
        var text = problems.String(part, "text");
        var isThought = problems.Bool(part, "thought") ?? false;
        return text is null ? null : isThought ? Thought(text, signature) : new TextContent(text);
    }

    private static DataContent? ReadInline(JsonElement data, ReadProblems problems)
    {
        var field = GeminiFields.Of(data, "mimeType");
        var mediaType = problems.String(data, field, required: true);
        var base64 = problems.String(data, "data", required: true);
        if (mediaType is null || base64 is null)
        {
            return null;
        }

        if (!IsMediaType(mediaType))
        {
            problems.Fail(field, "must be a media type such as image/png");
            return null;
        }

        var content = Contents.FromBase64(ToStandardBase64(base64), mediaType, problems, "data");
        if (content is not null)
        {
            content.Name = problems.String(data, GeminiFields.Of(data, "displayName"));
        }

        return content;
    }

    private static AIContent? ReadFile(JsonElement file, ReadProblems problems)
    {
        var mediaField = GeminiFields.Of(file, "mimeType");
        var mediaType = problems.String(file, mediaField) is { Length: > 0 } given ? given : null;
        if (mediaType is not null && !IsMediaType(mediaType))
        {
            problems.Fail(mediaField, "must be a media type such as image/png");
            return null;
        }

        var field = GeminiFields.Of(file, "fileUri");
        if (problems.String(file, field, required: true) is not { } uri)
        {
            return null;
        }

        if (IsOwnFile(uri))
        {
            return new HostedFileContent(uri) { MediaType = mediaType, Name = problems.String(file, GeminiFields.Of(file, "displayName")) };
        }

        if (uri.Length > MaxUrlLength || !Uri.TryCreate(uri, UriKind.Absolute, out var address))
        {
            problems.Fail(field, "must be the address of a file");
            return null;
        }

        return new UriContent(address, mediaType ?? "*/*");
    }

    /// <summary>Whether an address is that of a file uploaded to Google, which only Google can read.</summary>
    public static bool IsOwnFile(string uri) =>
        uri.StartsWith("https://generativelanguage.googleapis.com/", StringComparison.Ordinal)
        || uri.StartsWith("gs://", StringComparison.Ordinal)
        || uri.StartsWith("files/", StringComparison.Ordinal);

    private static FunctionCallContent? ReadCall(JsonElement call, ToolCallLog? calls, ReadProblems problems)
    {
        var id = problems.String(call, "id");
        var name = problems.String(call, "name", required: calls is not null) ?? "";
        var arguments = problems.Object(call, "args") is { } args ? args.GetRawText() : "{}";
        if (problems.Error is not null)
        {
            return null;
        }

        return Contents.ToolCall(calls is not null ? calls.Called(id, name, arguments) : string.IsNullOrEmpty(id) ? ToolCallIds.New() : id, name, arguments);
    }

    private static FunctionResultContent? ReadResult(JsonElement result, ToolCallLog calls, ReadProblems problems)
    {
        var id = problems.String(result, "id");
        var name = problems.String(result, "name", required: string.IsNullOrEmpty(id)) ?? "";
        var response = problems.Object(result, "response");
        var media = problems.Array(result, "parts") is { } parts ? ReadResultParts(parts, problems) : null;
        if (problems.Error is not null)
        {
            return null;
        }

        var (value, isError) = GeminiResults.Unwrap(response ?? default);
        var content = new FunctionResultContent(calls.Answered(id, name), media is { Count: > 0 } ? GeminiResults.WithText(value, media) : value);
        Vocabulary.Set(content, Vocabulary.IsError, isError ? true : null);
        return content;
    }

    private static List<AIContent> ReadResultParts(JsonElement parts, ReadProblems problems)
    {
        var contents = new List<AIContent>();
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            problems.Enter("parts", index++);
            if (Read(part, null, problems) is { } content)
            {
                contents.Add(content);
            }

            problems.Leave();
        }

        return contents;
    }

    private static bool IsMediaType(string text) => MediaTypeHeaderValue.TryParse(text, out _) && !text.Contains(',', StringComparison.Ordinal);

    /// <summary>Google takes the URL-safe alphabet and missing padding too, and its clients send them.</summary>
    private static string ToStandardBase64(string text)
    {
        if (text.AsSpan().IndexOfAny('-', '_') >= 0)
        {
            text = text.Replace('-', '+').Replace('_', '/');
        }

        var missing = (4 - (text.Length % 4)) % 4;
        return missing is 1 or 2 ? text + "==="[..missing] : text;
    }
}
