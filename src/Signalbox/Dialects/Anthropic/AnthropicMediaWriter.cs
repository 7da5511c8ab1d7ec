using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Writes image and document blocks. What the protocol takes: four image types, PDF and plain text.</summary>
internal static class AnthropicMediaWriter
{
    public static bool CanWrite(AIContent content) => content switch
    {
        DataContent data => ImageTypeOf(data) is not null || data.MediaType == "application/pdf" || IsText(data),
        UriContent uri => uri.Uri.Scheme is "https" or "http" && (uri.HasTopLevelMediaType("image") || uri.MediaType == "application/pdf"),
        HostedFileContent file => AnthropicFields.IsOwn(file) || IsOwnId(file),
        _ => false,
    };

    /// <summary>Writes a content that <see cref="CanWrite"/> accepted.</summary>
    public static void Write(AIContent content, AnthropicBlockWriter blocks, Utf8JsonWriter json, LossReport? losses)
    {
        var isImage = content switch
        {
            DataContent data => data.HasTopLevelMediaType("image"),
            UriContent uri => uri.HasTopLevelMediaType("image"),
            HostedFileContent file => file.HasTopLevelMediaType("image"),
            _ => false,
        };
        json.WriteStartObject();
        json.WriteString("type"u8, isImage ? "image"u8 : "document"u8);
        json.WriteStartObject("source"u8);
        WriteSource(content, json, losses);
        json.WriteEndObject();
        if (!isImage)
        {
            WriteDocumentFields(content, json);
        }

        if (content.AdditionalProperties is { } properties && properties.TryGetValue(Vocabulary.CacheControl, out var hint) && hint is JsonElement cacheControl)
        {
            blocks.WriteCacheControl(cacheControl);
        }

        json.WriteEndObject();
    }

    private static void WriteSource(AIContent content, Utf8JsonWriter json, LossReport? losses)
    {
        switch (content)
        {
            case DataContent data when IsText(data):
                if (data.MediaType != "text/plain")
                {
                    losses?.Add("content.file", LossKind.Approximated);
                }

                json.WriteString("type"u8, "text"u8);
                json.WriteString("media_type"u8, "text/plain"u8);
                json.WriteString("data"u8, Encoding.UTF8.GetString(data.Data.Span));
                break;
            case DataContent data:
                json.WriteString("type"u8, "base64"u8);
                json.WriteString("media_type"u8, ImageTypeOf(data) ?? data.MediaType);
                json.WriteString("data"u8, data.Base64Data.Span);
                break;
            case UriContent uri:
                json.WriteString("type"u8, "url"u8);
                json.WriteString("url"u8, uri.Uri.OriginalString);
                break;
            case HostedFileContent file:
                json.WriteString("type"u8, "file"u8);
                json.WriteString("file_id"u8, file.FileId);
                break;
        }
    }

    private static void WriteDocumentFields(AIContent content, Utf8JsonWriter json)
    {
        var name = content switch
        {
            DataContent data => data.Name,
            HostedFileContent file => file.Name,
            _ => null,
        };
        if (name is { Length: > 0 })
        {
            json.WriteString("title"u8, name);
        }

        AnthropicFields.Restore(content, AnthropicFields.Context, "context", json);
        AnthropicFields.Restore(content, AnthropicFields.Citations, "citations", json);
    }

    /// <summary>The type of an image that is taken; found by its first bytes where the protocol it came in does not name it.</summary>
    private static string? ImageTypeOf(DataContent data) => data.MediaType switch
    {
        "image/jpeg" or "image/png" or "image/gif" or "image/webp" => data.MediaType,
        "image/jpg" => "image/jpeg",
        "image/*" => Sniff(data.Data.Span),
        _ => null,
    };

    private static string? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 4 && bytes[0] == 0x89 && bytes[1..].StartsWith("PNG"u8))
        {
            return "image/png";
        }

        if (bytes.Length > 2 && bytes[0] == 0xFF && bytes[1] == 0xD8)
        {
            return "image/jpeg";
        }

        if (bytes.StartsWith("GIF8"u8))
        {
            return "image/gif";
        }

        return bytes.Length > 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8) ? "image/webp" : null;
    }

    private static bool IsText(DataContent data) =>
        data.HasTopLevelMediaType("text") || data.MediaType is "application/json" or "application/xml" or "application/yaml";

    /// <summary>A file id without a stated origin (in-process callers) is taken for one of ours when it looks like one.</summary>
    private static bool IsOwnId(HostedFileContent file) =>
        Vocabulary.Get<string>(file.AdditionalProperties, Vocabulary.SignedBy) is null && file.FileId.StartsWith("file_", StringComparison.Ordinal);
}
