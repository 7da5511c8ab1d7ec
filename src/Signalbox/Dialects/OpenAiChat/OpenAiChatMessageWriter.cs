using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Writes messages for a provider that speaks chat completions.</summary>
internal static class OpenAiChatMessageWriter
{
    public static void WriteSystem(string text, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("role"u8, "system"u8);
        json.WriteString("content"u8, text);
        json.WriteEndObject();
    }

    public static void Write(ChatMessage message, OutboundRequest outbound, Utf8JsonWriter json)
    {
        // Results come first: nothing may stand between calls and their results. Other protocols may have them in user messages.
        var results = WriteResults(message, outbound.Losses, json);
        if (message.Role == ChatRole.Tool || (results > 0 && results == message.Contents.Count))
        {
            return;
        }

        json.WriteStartObject();
        json.WriteString("role"u8, RoleOf(message.Role, outbound));
        if (message.AuthorName is { } name)
        {
            json.WriteString("name"u8, name);
        }

        if (message.Role == ChatRole.Assistant)
        {
            WriteAssistant(message, outbound.Losses, json);
        }
        else
        {
            json.WritePropertyName("content"u8);
            WriteContents(message.Contents, outbound.Losses, json);
        }

        json.WriteEndObject();
    }

    private static string RoleOf(ChatRole role, OutboundRequest outbound)
    {
        if (role == Vocabulary.Developer && !outbound.Differences.DeveloperRole)
        {
            outbound.Losses.Add("messages.developer", LossKind.Approximated);
            return "system";
        }

        return role.Value;
    }

    private static void WriteAssistant(ChatMessage message, LossReport losses, Utf8JsonWriter json)
    {
        var hasContent = false;
        var calls = 0;
        string? refusal = null;
        foreach (var content in message.Contents)
        {
            switch (content)
            {
                case FunctionCallContent or OpaqueContent { Dialect: OpenAiChatDialect.DialectName, Type: "custom" }: calls++; break;
                case ErrorContent error: refusal += error.Message; break;
                case TextReasoningContent: losses.Add("messages.reasoning", LossKind.Dropped); break;
                default: hasContent = true; break;
            }
        }

        json.WritePropertyName("content"u8);
        if (hasContent)
        {
            WriteContents(message.Contents, losses, json);
        }
        else if (calls > 0 || refusal is not null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStringValue(""u8);
        }

        if (refusal is not null)
        {
            json.WriteString("refusal"u8, refusal);
        }

        if (calls > 0)
        {
            WriteCalls(message.Contents, json);
        }
    }

    private static void WriteCalls(IList<AIContent> contents, Utf8JsonWriter json)
    {
        json.WriteStartArray("tool_calls"u8);
        foreach (var content in contents)
        {
            if (content is FunctionCallContent call)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, call.CallId);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, call.Name);
                json.WriteString("arguments"u8, Contents.ArgumentsText(call));
                json.WriteEndObject();
                WriteSignature(call, json);
                json.WriteEndObject();
            }
            else if (content is OpaqueContent { Dialect: OpenAiChatDialect.DialectName, Type: "custom" } custom)
            {
                custom.Raw.WriteTo(json);
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Gemini's OpenAI-compatible endpoint wants its thought signature back beside the call that carried it.</summary>
    private static void WriteSignature(FunctionCallContent call, Utf8JsonWriter json)
    {
        if (Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.SignedBy) != OpenAiChatDialect.DialectName
            || Vocabulary.Get<string>(call.AdditionalProperties, Vocabulary.ThoughtSignature) is not { } signature)
        {
            return;
        }

        json.WriteStartObject("extra_content"u8);
        json.WriteStartObject("google"u8);
        json.WriteString("thought_signature"u8, signature);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static int WriteResults(ChatMessage message, LossReport losses, Utf8JsonWriter json)
    {
        var count = 0;
        foreach (var content in message.Contents)
        {
            if (content is not FunctionResultContent result)
            {
                continue;
            }

            count++;
            json.WriteStartObject();
            json.WriteString("role"u8, "tool"u8);
            json.WriteString("tool_call_id"u8, result.CallId);
            json.WriteString("content"u8, Contents.ResultText(result));
            json.WriteEndObject();
            if (Vocabulary.Get<bool?>(result.AdditionalProperties, Vocabulary.IsError) is true)
            {
                losses.Add("tool_result.is_error", LossKind.Dropped);
            }

            if (result.Result is IEnumerable<AIContent> parts)
            {
                ReportUntold(parts, losses);
            }
        }

        return count;
    }

    /// <summary>A tool message takes text only.</summary>
    private static void ReportUntold(IEnumerable<AIContent> parts, LossReport losses)
    {
        foreach (var part in parts)
        {
            if (part is not TextContent)
            {
                losses.Add("tool_result." + ContentKinds.Of(part), LossKind.Dropped);
            }
        }
    }

    private static void WriteContents(IList<AIContent> contents, LossReport losses, Utf8JsonWriter json)
    {
        // Many compatible servers take text only as a string.
        if (OnlyText(contents) is { } only)
        {
            json.WriteStringValue(only);
            return;
        }

        json.WriteStartArray();
        foreach (var content in contents)
        {
            WritePart(content, losses, json);
        }

        json.WriteEndArray();
    }

    /// <summary>The text of contents whose only part is one; null otherwise.</summary>
    private static string? OnlyText(IList<AIContent> contents)
    {
        string? only = null;
        foreach (var content in contents)
        {
            switch (content)
            {
                case TextContent text when only is null:
                    only = text.Text;
                    break;
                case FunctionCallContent or FunctionResultContent or ErrorContent or TextReasoningContent:
                    break;
                default:
                    return null;
            }
        }

        return only;
    }

    private static void WritePart(AIContent content, LossReport losses, Utf8JsonWriter json)
    {
        switch (content)
        {
            case TextContent text:
                json.WriteStartObject();
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, text.Text);
                json.WriteEndObject();
                break;
            case DataContent data when data.HasTopLevelMediaType("image"):
                WriteImage(data.Uri, content, json);
                break;
            case UriContent uri when uri.HasTopLevelMediaType("image"):
                WriteImage(uri.Uri.OriginalString, content, json);
                break;
            case DataContent data when data.HasTopLevelMediaType("audio"):
                json.WriteStartObject();
                json.WriteString("type"u8, "input_audio"u8);
                json.WriteStartObject("input_audio"u8);
                json.WriteString("data"u8, data.Base64Data.Span);
                json.WriteString("format"u8, data.MediaType is "audio/mpeg" ? "mp3" : data.MediaType["audio/".Length..]);
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case DataContent data when !data.HasTopLevelMediaType("video"):
                WriteFile("file_data", data.Uri, data.Name, json);
                break;
            case HostedFileContent hosted:
                WriteFile("file_id", hosted.FileId, null, json);
                break;
            case OpaqueContent { Dialect: OpenAiChatDialect.DialectName } own:
                if (own.Type != "custom")
                {
                    own.Raw.WriteTo(json);
                }

                break;
            case FunctionCallContent or FunctionResultContent or ErrorContent or TextReasoningContent:
                break;
            default:
                losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
                break;
        }
    }

    private static void WriteImage(string url, AIContent content, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "image_url"u8);
        json.WriteStartObject("image_url"u8);
        json.WriteString("url"u8, url);
        if (Vocabulary.Get<string>(content.AdditionalProperties, Vocabulary.Detail) is { } detail)
        {
            json.WriteString("detail"u8, detail);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFile(string field, string value, string? name, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "file"u8);
        json.WriteStartObject("file"u8);
        if (field == "file_data")
        {
            json.WriteString("filename"u8, name ?? "file");
        }

        json.WriteString(field, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
