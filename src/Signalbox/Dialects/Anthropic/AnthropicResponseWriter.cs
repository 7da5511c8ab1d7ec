using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>Writes a complete message for a caller.</summary>
internal static class AnthropicResponseWriter
{
    public static void Write(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, "msg_" + context.RequestId);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, string.IsNullOrEmpty(response.ModelId) ? context.Model : response.ModelId);
        bool hasCalls = false, refused = false;
        var length = 0L;
        var blocks = new AnthropicBlockWriter(json, losses: null);
        json.WriteStartArray("content"u8);
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                if (!HasBlock(content))
                {
                    continue;
                }

                hasCalls |= content is FunctionCallContent;
                refused |= content is ErrorContent;
                length += (content as TextContent)?.Text.Length ?? 0;
                blocks.Write(content);
            }
        }

        json.WriteEndArray();
        var stopSequence = Vocabulary.Get<string>(response.AdditionalProperties, Vocabulary.StopSequence);
        var word = AnthropicFinish.Write(response.FinishReason, hasCalls, refused, stopSequence);
        json.WriteString("stop_reason"u8, word);
        json.WriteString("stop_sequence"u8, word == "stop_sequence" ? stopSequence : null);
        AnthropicUsage.Write(response.Usage, context.EstimatedInputTokens, EstimateTokens(length), json);
        json.WriteEndObject();
    }

    /// <summary>Tokens of a text for a provider that counts none; the protocol demands a number.</summary>
    public static long EstimateTokens(long characters) => (characters + 3) / 4;

    private static bool HasBlock(AIContent content) => content switch
    {
        TextContent text => text.Text.Length > 0,
        TextReasoningContent reasoning => Shows(reasoning),
        FunctionCallContent => true,
        ErrorContent error => error.Message.Length > 0,
        OpaqueContent opaque => opaque.Dialect == AnthropicDialect.DialectName,
        _ => false,
    };

    /// <summary>Thoughts are shown whoever had them; what only their own provider can read is not.</summary>
    public static bool Shows(TextReasoningContent reasoning) =>
        reasoning.Text.Length > 0 || (reasoning.ProtectedData is { Length: > 0 } && AnthropicFields.IsOwn(reasoning));
}
