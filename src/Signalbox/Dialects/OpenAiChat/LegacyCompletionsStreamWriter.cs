using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Writes the stream of the retired completions endpoint: text only.</summary>
internal sealed class LegacyCompletionsStreamWriter(AnswerContext context) : AnswerStreamWriter
{
    private string? _model;
    private ChatFinishReason? _finish;
    private UsageDetails? _usage;

    public override string ContentType => "text/event-stream";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        _model ??= update.ModelId;
        _finish = update.FinishReason ?? _finish;
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent { Text.Length: > 0 } text:
                    WriteChunk(text.Text, null, null, output);
                    break;
                case UsageContent usage:
                    _usage = usage.Details;
                    break;
            }
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        WriteChunk("", LegacyCompletionsDialect.FinishWord(_finish), null, output);
        if (context.Request.WantsUsage && _usage is not null)
        {
            WriteChunk(null, null, _usage, output);
        }

        JsonText.Raw(output, "data: [DONE]\n\n"u8);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "data: "u8);
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            OpenAiErrors.Write(error, context.RequestId, json);
        }

        JsonText.Raw(output, "\n\n"u8);
    }

    private void WriteChunk(string? text, string? finish, UsageDetails? usage, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "data: "u8);
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, "cmpl-" + context.RequestId);
            json.WriteString("object"u8, "text_completion"u8);
            json.WriteNumber("created"u8, context.CreatedAt.ToUnixTimeSeconds());
            json.WriteString("model"u8, _model ?? context.Model);
            json.WriteStartArray("choices"u8);
            if (text is not null)
            {
                json.WriteStartObject();
                json.WriteString("text"u8, text);
                json.WriteNumber("index"u8, 0);
                json.WriteNull("logprobs"u8);
                json.WriteString("finish_reason"u8, finish);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            if (usage is not null)
            {
                json.WritePropertyName("usage"u8);
                OpenAiChatResponseWriter.WriteUsage(usage, json);
            }

            json.WriteEndObject();
        }

        JsonText.Raw(output, "\n\n"u8);
    }
}
