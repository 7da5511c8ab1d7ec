using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>Writes a complete answer for a caller of the chat or of the generate endpoint.</summary>
internal static class OllamaResponseWriter
{
    public static void WriteChat(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        WriteHead(response, context, json);
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        WriteTexts("content"u8, response, json);
        WriteCalls(response, json);
        WriteImages(response, json);
        json.WriteEndObject();
        WriteTail(response, json);
    }

    public static void WriteGenerate(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        WriteHead(response, context, json);
        WriteTexts("response"u8, response, json);
        WriteTail(response, json);
    }

    /// <summary>A moment in RFC 3339.</summary>
    public static string MomentOf(DateTimeOffset moment) => moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>
    /// The members that end an answer. Durations are Ollama's own and nothing is known of them, but its clients expect them; counts
    /// that the provider did not state are left out.
    /// </summary>
    public static void WriteEnd(ChatFinishReason? finish, UsageDetails? usage, Utf8JsonWriter json)
    {
        json.WriteBoolean("done"u8, true);
        json.WriteString("done_reason"u8, finish == ChatFinishReason.Length ? "length"u8 : "stop"u8);
        json.WriteNumber("total_duration"u8, 0);
        json.WriteNumber("load_duration"u8, 0);
        WriteCount("prompt_eval_count"u8, usage?.InputTokenCount, json);
        json.WriteNumber("prompt_eval_duration"u8, 0);
        WriteCount("eval_count"u8, usage?.OutputTokenCount, json);
        json.WriteNumber("eval_duration"u8, 0);
    }

    private static void WriteHead(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("model"u8, response.ModelId ?? context.Model);
        json.WriteString("created_at"u8, MomentOf(response.CreatedAt ?? context.CreatedAt));
    }

    private static void WriteTail(ChatResponse response, Utf8JsonWriter json)
    {
        WriteEnd(response.FinishReason, response.Usage, json);
        if (Vocabulary.Get<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties, Vocabulary.TokenLogprobs) is { } tokens)
        {
            json.WritePropertyName("logprobs"u8);
            OpenAiLogprobs.WriteList(tokens, json);
        }

        json.WriteEndObject();
    }

    private static void WriteTexts(ReadOnlySpan<byte> field, ChatResponse response, Utf8JsonWriter json)
    {
        var text = new StringBuilder();
        var thinking = new StringBuilder();
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                _ = content switch
                {
                    TextContent t => text.Append(t.Text),
                    ErrorContent refusal => text.Append(refusal.Message),
                    TextReasoningContent r => thinking.Append(r.Text),
                    _ => text,
                };
            }
        }

        json.WriteString(field, text.ToString());
        if (thinking.Length > 0)
        {
            json.WriteString("thinking"u8, thinking.ToString());
        }
    }

    private static void WriteCalls(ChatResponse response, Utf8JsonWriter json)
    {
        var count = 0;
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is not FunctionCallContent call)
                {
                    continue;
                }

                if (count == 0)
                {
                    json.WriteStartArray("tool_calls"u8);
                }

                OllamaToolCalls.Write(call.CallId, count++, call.Name, Contents.ArgumentsText(call), json);
            }
        }

        if (count > 0)
        {
            json.WriteEndArray();
        }
    }

    private static void WriteImages(ChatResponse response, Utf8JsonWriter json)
    {
        List<DataContent>? images = null;
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is DataContent data && data.HasTopLevelMediaType("image"))
                {
                    (images ??= []).Add(data);
                }
            }
        }

        OllamaImages.Write(images, json);
    }

    private static void WriteCount(ReadOnlySpan<byte> name, long? count, Utf8JsonWriter json)
    {
        if (count is { } number)
        {
            json.WriteNumber(name, number);
        }
    }
}
