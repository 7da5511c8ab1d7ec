using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Reads image and document blocks and their sources.</summary>
internal static class AnthropicMediaReader
{
    public static AIContent? ReadImage(JsonElement block, ReadProblems problems) => ReadSource(block, "image/*", problems);

    public static AIContent? ReadDocument(JsonElement block, ReadProblems problems)
    {
        var content = ReadSource(block, "application/pdf", problems);
        if (content is null or OpaqueContent)
        {
            return content;
        }

        if (problems.String(block, "title") is { } title)
        {
            switch (content)
            {
                case DataContent data: data.Name = title; break;
                case HostedFileContent file: file.Name = title; break;
            }
        }

        AnthropicFields.Keep(block, "citations", content, AnthropicFields.Citations);
        AnthropicFields.Keep(block, "context", content, AnthropicFields.Context);
        return content;
    }

    private static AIContent? ReadSource(JsonElement block, string mediaType, ReadProblems problems)
    {
        if (problems.Object(block, "source", required: true) is not { } source)
        {
            return null;
        }

        problems.Enter("source");
        AIContent? content = null;
        switch (problems.String(source, "type", required: true))
        {
            case "base64":
                content = ReadBase64(source, mediaType, problems);
                break;
            case "text":
                content = problems.String(source, "data", required: true) is { } text ? FromText(text) : null;
                break;
            case "url":
                content = problems.String(source, "url", required: true) is { } url ? Contents.FromUrl(url, mediaType, problems, "url") : null;
                break;
            case "file":
                content = ReadFile(source, mediaType, problems);
                break;
            case { } other:
                // A document given as blocks, or a source that is newer than this code.
                var text2 = other == "content" ? JoinTexts(source) : null;
                content = text2 is not null ? FromText(text2) : new OpaqueContent(AnthropicDialect.DialectName, problems.String(block, "type")!, block);
                break;
        }

        problems.Leave();
        return content;
    }

    private static DataContent? ReadBase64(JsonElement source, string mediaType, ReadProblems problems)
    {
        var given = problems.String(source, "media_type");
        if (problems.String(source, "data", required: true) is not { } data)
        {
            return null;
        }

        if (given is not null && !IsMediaType(given))
        {
            problems.Fail("media_type", "must be a media type such as image/png");
            return null;
        }

        return Contents.FromBase64(data, given ?? mediaType, problems, "data");
    }

    private static HostedFileContent? ReadFile(JsonElement source, string mediaType, ReadProblems problems)
    {
        if (problems.String(source, "file_id", required: true) is not { } id || string.IsNullOrWhiteSpace(id))
        {
            problems.Fail("file_id", "must not be empty");
            return null;
        }

        var content = new HostedFileContent(id) { MediaType = mediaType };
        Vocabulary.Set(content, Vocabulary.SignedBy, AnthropicDialect.DialectName);
        return content;
    }

    private static DataContent FromText(string text) => new(Encoding.UTF8.GetBytes(text), "text/plain");

    /// <summary>The text of a document that is given as text or text blocks; null when it holds anything else.</summary>
    private static string? JoinTexts(JsonElement source)
    {
        if (!source.TryGetProperty("content", out var content) || content.ValueKind == JsonValueKind.String)
        {
            return AnthropicFields.Text(source, "content");
        }

        if (content.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var joined = new StringBuilder();
        foreach (var part in content.EnumerateArray())
        {
            if (AnthropicFields.Text(part, "type") != "text" || AnthropicFields.Text(part, "text") is not { } text)
            {
                return null;
            }

            joined.Append(text);
        }

        return joined.ToString();
    }

    private static bool IsMediaType(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == text.Length - 1)
        {
            return false;
        }

        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('/' or '-' or '+' or '.' or '*'))
            {
                return false;
            }
        }

        return true;
    }
}
