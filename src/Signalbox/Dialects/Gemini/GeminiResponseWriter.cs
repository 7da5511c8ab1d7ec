using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Gemini;

/// <summary>Writes a complete answer for a caller.</summary>
internal static class GeminiResponseWriter
{
    public static void Write(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        var raw = Vocabulary.Get<string>(response.AdditionalProperties, Vocabulary.RawFinishReason);
        json.WriteStartObject();
        if (BlockOf(response) is { } block)
        {
            WriteBlock(block, json);
        }
        else
        {
            var tokens = Vocabulary.Get<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties, Vocabulary.TokenLogprobs);
            WriteCandidate(response, raw, tokens, json);
        }

        WriteTail(response.Usage, response.ModelId ?? context.Model, response.ResponseId ?? context.RequestId, json);
        json.WriteEndObject();
    }

    /// <summary>A prompt that was blocked has no candidate.</summary>
    public static void WriteBlock(string reason, Utf8JsonWriter json)
    {
        json.WriteStartObject("promptFeedback"u8);
        json.WriteString("blockReason"u8, reason);
        json.WriteEndObject();
    }

    public static void WriteTail(UsageDetails? usage, string model, string responseId, Utf8JsonWriter json)
    {
        if (usage is not null)
        {
            json.WritePropertyName("usageMetadata"u8);
            GeminiUsage.Write(usage, json);
        }

        json.WriteString("modelVersion"u8, model);
        json.WriteString("responseId"u8, responseId);
    }

    /// <summary>Ends a candidate after its content.</summary>
    public static void WriteFinish(string word, bool isPaused, Utf8JsonWriter json)
    {
        json.WriteString("finishReason"u8, word);
        if (isPaused)
        {
            json.WriteString("finishMessage"u8, "The model paused its turn. Send the conversation back with this content to let it continue."u8);
        }

        json.WriteNumber("index"u8, 0);
    }

    private static string? BlockOf(ChatResponse response)
    {
        string? reason = null;
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is not ErrorContent || Vocabulary.Get<string>(content.AdditionalProperties, GeminiFinish.BlockReason) is not { } given)
                {
                    return null;
                }

                reason = given;
            }
        }

        return reason;
    }

    private static void WriteCandidate(ChatResponse response, string? raw, IReadOnlyList<TokenLogprob>? tokens, Utf8JsonWriter json)
    {
        json.WriteStartArray("candidates"u8);
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        json.WriteStartArray("parts"u8);
        var isEmpty = true;
        var hasBroken = false;
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is FunctionCallContent call && IsBroken(call))
                {
                    hasBroken = true;
                    continue;
                }

                isEmpty &= !WritePart(content, json);
            }
        }

        if (isEmpty)
        {
            // Clients look at the first part without asking whether there is one.
            GeminiPartWriter.WriteText("", isThought: false, signature: null, json);
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
        WriteFinish(FinishWord(response.FinishReason, raw, hasBroken), response.FinishReason == Vocabulary.Paused, json);
        if (tokens is not null)
        {
            json.WritePropertyName("logprobsResult"u8);
            GeminiLogprobs.Write(tokens, json);
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>The reason for a caller. A call whose arguments are no object was left out: Gemini has a word for that.</summary>
    public static string FinishWord(ChatFinishReason? reason, string? raw, bool hasBrokenCall)
    {
        var word = GeminiFinish.WordOf(reason, raw);
        return hasBrokenCall && word == "STOP" ? GeminiFinish.Malformed : word;
    }

    /// <summary>Whether a call's arguments are no JSON object, as when the token limit cut them. A client would run such a call without its arguments.</summary>
    private static bool IsBroken(FunctionCallContent call) => call.Arguments is null && Contents.ArgumentsText(call) != "{}";

    /// <summary>Writes a content as a part; false where it has none.</summary>
    public static bool WritePart(AIContent content, Utf8JsonWriter json)
    {
        var signature = GeminiPartWriter.SignatureOf(content);
        switch (content)
        {
            case TextContent text when text.Text.Length > 0 || signature is not null:
                GeminiPartWriter.WriteText(text.Text, isThought: false, signature, json);
                return true;
            case TextReasoningContent thought when thought.Text.Length > 0 || signature is not null:
                GeminiPartWriter.WriteText(thought.Text, isThought: true, signature, json);
                return true;
            case ErrorContent { Message.Length: > 0 } refusal:
                GeminiPartWriter.WriteText(refusal.Message, isThought: false, signature: null, json);
                return true;
            case FunctionCallContent call:
                GeminiPartWriter.WriteCall(call, signature, losses: null, json);
                return true;
            case DataContent or UriContent:
            case HostedFileContent hosted when GeminiParts.IsOwnFile(hosted.FileId):
                GeminiPartWriter.WriteMedia(content, json);
                return true;
            case OpaqueContent { Dialect: GeminiDialect.DialectName } own:
                own.Raw.WriteTo(json);
                return true;
            default:
                return false;
        }
    }
}
