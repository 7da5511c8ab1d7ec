using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Content parts of messages and of tool outputs, in both directions.</summary>
internal static class ResponsesParts
{
    public static void Read(JsonElement parts, string name, IList<AIContent> contents, ReadProblems problems)
    {
        var index = 0;
        foreach (var part in parts.EnumerateArray())
        {
            problems.Enter(name, index++);
            if (problems.Is(part, JsonValueKind.Object, null, "an object") && ReadPart(part, problems) is { } content)
            {
                contents.Add(content);
            }

            problems.Leave();
        }
    }

    private static AIContent? ReadPart(JsonElement part, ReadProblems problems)
    {
        switch (problems.String(part, "type", required: true))
        {
            case "input_text" or "output_text" or "text":
                return problems.String(part, "text", required: true) is { } text ? new TextContent(text) : null;
            case "refusal":
                return new ErrorContent(problems.String(part, "refusal", required: true)) { ErrorCode = Vocabulary.Refusal };
            case "input_image":
                return ReadImage(part, problems);
            case "input_file":
                return ReadFile(part, problems);
            case "input_audio":
                return ReadAudio(part, problems);
            case { } other:
                return new OpaqueContent(ResponsesDialect.DialectName, other, part);
            default:
                return null;
        }
    }

    private static AIContent? ReadImage(JsonElement part, ReadProblems problems)
    {
        AIContent? image = ReadFileId(part, problems) is { } id
            ? new HostedFileContent(id) { MediaType = "image/*" }
            : problems.String(part, "image_url", required: true) is { } url ? Contents.FromUrl(url, "image/*", problems, "image_url") : null;
        // "auto" is what no word means; the official types ask for the word all the same.
        if (image is not null && problems.String(part, "detail") is { } detail and not "auto")
        {
            Vocabulary.Set(image, Vocabulary.Detail, detail);
        }

        return image;
    }

    private static AIContent? ReadFile(JsonElement part, ReadProblems problems)
    {
        var name = problems.String(part, "filename");
        if (ReadFileId(part, problems) is { } id)
        {
            return new HostedFileContent(id) { Name = name };
        }

        if (problems.String(part, "file_url") is { } url)
        {
            // The address is all there is to tell the media type from.
            var file = Contents.FromUrl(url, "application/octet-stream", problems, "file_url");
            return file is UriContent { Uri: var uri } ? new UriContent(uri, null!) : file;
        }

        if (problems.String(part, "file_data", required: true) is not { } data)
        {
            return null;
        }

        var content = data.StartsWith("data:", StringComparison.OrdinalIgnoreCase)
            ? Contents.FromDataUri(data, problems, "file_data")
            : Contents.FromBase64(data, "application/pdf", problems, "file_data");
        if (content is not null)
        {
            content.Name = name;
        }

        return content;
    }

    private static string? ReadFileId(JsonElement part, ReadProblems problems)
    {
        var id = problems.String(part, "file_id");
        if (id is null || !string.IsNullOrWhiteSpace(id))
        {
            return id;
        }

        problems.Fail("file_id", "must not be blank");
        return null;
    }

    private static DataContent? ReadAudio(JsonElement part, ReadProblems problems)
    {
        if (problems.Object(part, "input_audio", required: true) is not { } audio)
        {
            return null;
        }

        problems.Enter("input_audio");
        var data = problems.String(audio, "data", required: true);
        var format = problems.String(audio, "format", required: true);
        var content = data is null || format is null ? null : Contents.FromBase64(data, format == "mp3" ? "audio/mpeg" : "audio/wav", problems, "data");
        problems.Leave();
        return content;
    }

    /// <summary>Whether a part can be written into a message or a tool output; reports it under <paramref name="place"/> when it cannot.</summary>
    public static bool CanWrite(AIContent content, string place, LossReport losses)
    {
        var kind = content switch
        {
            TextContent or ErrorContent => null,
            DataContent data => data.HasTopLevelMediaType("audio") || data.HasTopLevelMediaType("video") ? KindOf(data.MediaType) : null,
            UriContent uri => uri.HasTopLevelMediaType("audio") || uri.HasTopLevelMediaType("video") ? KindOf(uri.MediaType) : null,
            HostedFileContent hosted => IsForeignFile(hosted.FileId) ? "file" : null,
            OpaqueContent { Dialect: ResponsesDialect.DialectName } own => ResponsesItems.IsOwnItem(own) ? own.Type : null,
            OpaqueContent other => other.Type,
            _ => content.GetType().Name,
        };
        if (kind is not null)
        {
            losses.Add(place + "." + kind, LossKind.Dropped);
        }

        return kind is null;
    }

    /// <summary>Writes a part that <see cref="CanWrite"/> has let through. Text is output in an assistant's message and input elsewhere.</summary>
    public static void Write(AIContent content, bool isOutput, Utf8JsonWriter json)
    {
        if (content is OpaqueContent opaque)
        {
            opaque.Raw.WriteTo(json);
            return;
        }

        json.WriteStartObject();
        switch (content)
        {
            case ErrorContent refusal when isOutput:
                json.WriteString("type"u8, "refusal"u8);
                json.WriteString("refusal"u8, refusal.Message);
                break;
            case TextContent or ErrorContent:
                json.WriteString("type"u8, isOutput ? "output_text"u8 : "input_text"u8);
                json.WriteString("text"u8, content is TextContent text ? text.Text : ((ErrorContent)content).Message);
                if (isOutput)
                {
                    json.WriteStartArray("annotations"u8);
                    json.WriteEndArray();
                    json.WriteStartArray("logprobs"u8);
                    json.WriteEndArray();
                }

                break;
            case DataContent data:
                WriteMedia(content, data.HasTopLevelMediaType("image"), data.Uri, "file_data"u8, data.Name ?? "file", json);
                break;
            case UriContent uri:
                WriteMedia(content, uri.HasTopLevelMediaType("image"), uri.Uri.OriginalString, "file_url"u8, null, json);
                break;
            case HostedFileContent hosted:
                json.WriteString("type"u8, hosted.HasTopLevelMediaType("image") ? "input_image"u8 : "input_file"u8);
                json.WriteString("file_id"u8, hosted.FileId);
                WriteDetail(content, hosted.HasTopLevelMediaType("image"), json);
                break;
        }

        json.WriteEndObject();
    }

    private static void WriteMedia(AIContent content, bool isImage, string url, ReadOnlySpan<byte> fileField, string? name, Utf8JsonWriter json)
    {
        json.WriteString("type"u8, isImage ? "input_image"u8 : "input_file"u8);
        json.WriteString(isImage ? "image_url"u8 : fileField, url);
        if (!isImage && name is not null)
        {
            json.WriteString("filename"u8, name);
        }

        WriteDetail(content, isImage, json);
    }

    private static void WriteDetail(AIContent content, bool isImage, Utf8JsonWriter json)
    {
        if (isImage)
        {
            json.WriteString("detail"u8, Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.Detail) ?? "auto");
        }
    }

    /// <summary>Ids of files kept at Anthropic (<c>file_...</c>) or Gemini (<c>files/...</c>) mean nothing to OpenAI.</summary>
    private static bool IsForeignFile(string id) => id.StartsWith("file_", StringComparison.Ordinal) || id.Contains('/', StringComparison.Ordinal);

    private static string KindOf(string mediaType) => mediaType.StartsWith("audio", StringComparison.OrdinalIgnoreCase) ? "audio" : "video";
}
