using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Writes content blocks, of requests (with a loss report) and of answers (without).</summary>
internal sealed class AnthropicBlockWriter(Utf8JsonWriter json, LossReport? losses)
{
    /// <summary>The protocol takes no more cache hints in one request.</summary>
    private const int MaxCacheHints = 4;

    private int _cacheHints;

    /// <summary>Whether a content of a request has a block here; reports it when it has none.</summary>
    public static bool CanWrite(AIContent content, bool isAssistant, LossReport losses)
    {
        switch (content)
        {
            case TextContent text:
                return CanWriteText(text.Text, losses);
            case TextReasoningContent reasoning:
                // Thoughts without this provider's signature are refused.
                if (isAssistant && reasoning.ProtectedData is { Length: > 0 } && AnthropicFields.IsOwn(reasoning))
                {
                    return true;
                }

                losses.Add("messages.reasoning", LossKind.Dropped);
                return false;
            case FunctionCallContent:
                return isAssistant || Misplaced("messages.tool_calls", losses);
            case FunctionResultContent:
                return !isAssistant || Misplaced("messages.tool_results", losses);
            case ErrorContent error:
                return CanWriteText(error.Message, losses);
            case OpaqueContent opaque:
                if (opaque.Dialect == AnthropicDialect.DialectName)
                {
                    return true;
                }

                losses.Add("content." + opaque.Type, LossKind.Dropped);
                return false;
            case UsageContent:
                return false;
            default:
                if (!isAssistant && AnthropicMediaWriter.CanWrite(content))
                {
                    return true;
                }

                losses.Add("content." + ContentKinds.Of(content), LossKind.Dropped);
                return false;
        }
    }

    /// <summary>Empty texts are refused, and so are texts of white space only; only the latter said anything.</summary>
    private static bool CanWriteText(string text, LossReport losses)
    {
        if (!string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (text.Length > 0)
        {
            losses.Add("content.text", LossKind.Dropped);
        }

        return false;
    }

    private static bool Misplaced(string field, LossReport losses)
    {
        losses.Add(field, LossKind.Dropped);
        return false;
    }

    public void WriteAll<TContent>(List<TContent> contents)
        where TContent : AIContent
    {
        foreach (var content in contents)
        {
            Write(content);
        }
    }

    public void Write(AIContent content)
    {
        switch (content)
        {
            case TextContent text: WriteText(text); break;
            case TextReasoningContent reasoning: WriteThinking(reasoning); break;
            case FunctionCallContent call: WriteCall(call); break;
            case FunctionResultContent result: WriteResult(result); break;
            case ErrorContent error: WriteText(new TextContent(error.Message)); break;
            case OpaqueContent opaque: opaque.Raw.WriteTo(json); break;
            default: AnthropicMediaWriter.Write(content, this, json, losses); break;
        }
    }

    private void WriteText(TextContent text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "text"u8);
        json.WriteString("text"u8, text.Text);
        AnthropicCitations.Write(text, json);
        WriteCacheControl(text);
        json.WriteEndObject();
    }

    private void WriteThinking(TextReasoningContent reasoning)
    {
        var isOwn = AnthropicFields.IsOwn(reasoning);
        json.WriteStartObject();
        if (Vocabulary.Get<bool?>(reasoning.AdditionalProperties, Vocabulary.Redacted) is true)
        {
            json.WriteString("type"u8, "redacted_thinking"u8);
            json.WriteString("data"u8, reasoning.ProtectedData);
        }
        else
        {
            json.WriteString("type"u8, "thinking"u8);
            json.WriteString("thinking"u8, reasoning.Text);
            json.WriteString("signature"u8, isOwn ? reasoning.ProtectedData ?? "" : "");
        }

        json.WriteEndObject();
    }

    private void WriteCall(FunctionCallContent call)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_use"u8);
        json.WriteString("id"u8, losses is null ? call.CallId : SafeId(call.CallId));
        json.WriteString("name"u8, call.Name);
        json.WritePropertyName("input"u8);
        Contents.WriteArgumentsObject(call, json, losses);
        AnthropicFields.Restore(call, AnthropicFields.Caller, "caller", json);
        WriteCacheControl(call);
        json.WriteEndObject();
    }

    private void WriteResult(FunctionResultContent result)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "tool_result"u8);
        json.WriteString("tool_use_id"u8, SafeId(result.CallId));
        if (result.Result is IEnumerable<AIContent> parts)
        {
            WriteParts(parts);
        }
        else if (Contents.ResultText(result) is { Length: > 0 } text)
        {
            json.WriteString("content"u8, text);
        }

        if (Vocabulary.Get<bool?>(result.AdditionalProperties, Vocabulary.IsError) is true)
        {
            json.WriteBoolean("is_error"u8, true);
        }

        WriteCacheControl(result);
        json.WriteEndObject();
    }

    private void WriteParts(IEnumerable<AIContent> parts)
    {
        json.WriteStartArray("content"u8);
        foreach (var part in parts)
        {
            if (part is not (FunctionCallContent or FunctionResultContent) && CanWrite(part, isAssistant: false, losses!))
            {
                Write(part);
            }
        }

        json.WriteEndArray();
    }

    private void WriteCacheControl(AIContent content)
    {
        if (content.AdditionalProperties is { } properties && properties.TryGetValue(Vocabulary.CacheControl, out var hint) && hint is JsonElement cacheControl)
        {
            WriteCacheControl(cacheControl);
        }
    }

    /// <summary>Writes a cache hint into the current object, unless there are too many already.</summary>
    public void WriteCacheControl(JsonElement cacheControl)
    {
        if (losses is null)
        {
            return;
        }

        if (++_cacheHints > MaxCacheHints)
        {
            losses.Add(Vocabulary.CacheControl, LossKind.Dropped);
            return;
        }

        json.WritePropertyName("cache_control"u8);
        cacheControl.WriteTo(json);
    }

    /// <summary>Ids of other providers may have characters that are refused here; a call and its result are changed alike.</summary>
    private static string SafeId(string id)
    {
        foreach (var c in id)
        {
            if (!IsSafe(c))
            {
                return string.Create(id.Length, id, static (safe, given) =>
                {
                    for (var i = 0; i < safe.Length; i++)
                    {
                        safe[i] = IsSafe(given[i]) ? given[i] : '_';
                    }
                });
            }
        }

        return id;
    }

    private static bool IsSafe(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-';
}
