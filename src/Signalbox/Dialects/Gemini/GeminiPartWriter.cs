using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Writes contents as parts, in requests and in answers.</summary>
internal static class GeminiPartWriter
{
    /// <summary>The signature of a thought that Gemini itself made; no other provider's is accepted.</summary>
    public static string? SignatureOf(AIContent content) =>
        Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.SignedBy) != GeminiDialect.DialectName ? null
            : (content as TextReasoningContent)?.ProtectedData ?? Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.ThoughtSignature);

    public static void WriteText(string text, bool isThought, string? signature, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        if (isThought)
        {
            json.WriteBoolean("thought"u8, true);
        }

        EndPart(signature, json);
    }

    public static void WriteData(DataContent data, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteInline(data, json);
        EndPart(SignatureOf(data), json);
    }

    public static void WriteFile(AIContent file, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteFileData(file, json);
        EndPart(SignatureOf(file), json);
    }

    public static void WriteCall(FunctionCallContent call, string? signature, LossReport? losses, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        if (call.CallId.Length > 0)
        {
            json.WriteString("id"u8, call.CallId);
        }

        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("args"u8);
        Contents.WriteArgumentsObject(call, json, losses);
        json.WriteEndObject();
        EndPart(signature, json);
    }

    /// <summary>Writes a call of a stream; <paramref name="arguments"/> is an object in one line.</summary>
    public static void WriteCall(string id, string name, ReadOnlySpan<char> arguments, string? signature, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionCall"u8);
        json.WriteString("id"u8, id);
        json.WriteString("name"u8, name);
        json.WritePropertyName("args"u8);
        json.WriteRawValue(arguments, skipInputValidation: true);
        json.WriteEndObject();
        EndPart(signature, json);
    }

    public static void WriteResult(FunctionResultContent result, string name, IReadOnlyList<AIContent> media, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartObject("functionResponse"u8);
        if (result.CallId.Length > 0)
        {
            json.WriteString("id"u8, result.CallId);
        }

        json.WriteString("name"u8, name);
        json.WritePropertyName("response"u8);
        GeminiResults.Write(result, json);
        if (media.Count > 0)
        {
            json.WriteStartArray("parts"u8);
            foreach (var content in media)
            {
                WriteMedia(content, json);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void WriteMedia(AIContent content, Utf8JsonWriter json)
    {
        if (content is DataContent data)
        {
            WriteData(data, json);
        }
        else
        {
            WriteFile(content, json);
        }
    }

    private static void WriteInline(DataContent data, Utf8JsonWriter json)
    {
        json.WriteStartObject("inlineData"u8);
        json.WriteString("mimeType"u8, data.MediaType);
        json.WriteString("data"u8, data.Base64Data.Span);
        json.WriteEndObject();
    }

    private static void WriteFileData(AIContent file, Utf8JsonWriter json)
    {
        var (uri, mediaType) = file is UriContent given ? (given.Uri.OriginalString, given.MediaType) : (((HostedFileContent)file).FileId, ((HostedFileContent)file).MediaType);
        json.WriteStartObject("fileData"u8);
        // Google takes no wildcard; without a type it looks for itself.
        mediaType = mediaType is null || mediaType.Contains('*', StringComparison.Ordinal) ? GuessType(uri) : mediaType;
        if (mediaType is not null)
        {
            json.WriteString("mimeType"u8, mediaType);
        }

        json.WriteString("fileUri"u8, uri);
        json.WriteEndObject();
    }

    private static void EndPart(string? signature, Utf8JsonWriter json)
    {
        if (signature is not null)
        {
            json.WriteString("thoughtSignature"u8, signature);
        }

        json.WriteEndObject();
    }

    private static string? GuessType(string uri)
    {
        var end = uri.AsSpan().IndexOfAny('?', '#');
        var path = end < 0 ? uri.AsSpan() : uri.AsSpan(0, end);
        var dot = path.LastIndexOf('.');
        return dot < 0 ? null : path[(dot + 1)..] switch
        {
            "png" => "image/png",
            "jpg" or "jpeg" => "image/jpeg",
            "webp" => "image/webp",
            "gif" => "image/gif",
            "heic" => "image/heic",
            "pdf" => "application/pdf",
            "mp3" => "audio/mpeg",
            "wav" => "audio/wav",
            "mp4" => "video/mp4",
            _ => null,
        };
    }
}
