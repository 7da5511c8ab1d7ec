using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.Ollama;

/// <summary>
/// Writes one JSON object a line. Tool calls are held until they are whole, because Ollama's are; the reason of the end and the
/// counts are on the last line only.
/// </summary>
internal sealed class OllamaStreamWriter(AnswerContext context, bool isGenerate) : AnswerStreamWriter
{
    private readonly OllamaPendingCalls _calls = new();
    private byte[]? _prefix;
    private Utf8JsonWriter? _json;
    private ChatFinishReason? _finish;
    private UsageDetails? _usage;

    public override string ContentType => "application/x-ndjson";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        _prefix ??= Prefix(update.ModelId, update.CreatedAt);
        _finish = update.FinishReason ?? _finish;
        var tokens = Vocabulary.Get<IReadOnlyList<TokenLogprob>>(update.AdditionalProperties, Vocabulary.TokenLogprobs);
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            WriteContent(contents[i], tokens, output);
            tokens = contents[i] is TextContent ? null : tokens;
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        _prefix ??= Prefix(null, null);
        WriteCalls(output, all: true);
        JsonText.Raw(output, _prefix);
        JsonText.Raw(output, isGenerate ? "\"\""u8 : "\"\"}"u8);
        WriteEnd(output);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        WriteJson(output, static (json, error) => OllamaErrors.Write(error, json), error);
        JsonText.Raw(output, "\n"u8);
    }

    private void WriteContent(AIContent content, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        if (content is ToolCallDelta call)
        {
            // Generate has no tools.
            if (!isGenerate && _calls.Add(call))
            {
                WriteCalls(output, all: false);
            }

            return;
        }

        if (content is UsageContent usage)
        {
            _usage = usage.Details;
            return;
        }

        WriteCalls(output, all: false);
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                WriteText(text.Text, tokens, output);
                break;
            case TextReasoningContent { Text.Length: > 0 } reasoning:
                JsonText.Raw(output, _prefix);
                JsonText.Raw(output, "\"\",\"thinking\":"u8);
                JsonText.String(output, reasoning.Text);
                EndLine(output);
                break;
            case ErrorContent { Message.Length: > 0 } refusal:
                WriteText(refusal.Message, null, output);
                break;
            case DataContent data when !isGenerate && data.HasTopLevelMediaType("image"):
                JsonText.Raw(output, _prefix);
                JsonText.Raw(output, "\"\",\"images\":["u8);
                JsonText.String(output, data.Base64Data.Span);
                JsonText.Raw(output, "]"u8);
                EndLine(output);
                break;
        }
    }

    /// <summary>The hot path: a piece of text between bytes that are the same on every line.</summary>
    private void WriteText(string text, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, _prefix);
        JsonText.String(output, text);
        if (tokens is null)
        {
            EndLine(output);
            return;
        }

        JsonText.Raw(output, isGenerate ? ",\"done\":false,\"logprobs\":"u8 : "},\"done\":false,\"logprobs\":"u8);
        WriteJson(output, static (json, list) => OpenAiLogprobs.WriteList(list, json), tokens);
        JsonText.Raw(output, "}\n"u8);
    }

    private void WriteCalls(IBufferWriter<byte> output, bool all)
    {
        while (_calls.TryTake(all, out var index, out var call))
        {
            JsonText.Raw(output, _prefix);
            JsonText.Raw(output, "\"\",\"tool_calls\":["u8);
            WriteJson(output, static (json, state) =>
                OllamaToolCalls.Write(state.call.Id, state.index, state.call.Name, state.call.Arguments, json), (index, call));
            JsonText.Raw(output, "]"u8);
            EndLine(output);
        }
    }

    private void EndLine(IBufferWriter<byte> output) =>
        JsonText.Raw(output, isGenerate ? ",\"done\":false}\n"u8 : "},\"done\":false}\n"u8);

    /// <summary>The members of the last line. An object of their own is written and its opening brace left out.</summary>
    private void WriteEnd(IBufferWriter<byte> output)
    {
        var end = new ArrayBufferWriter<byte>(256);
        WriteJson(end, static (json, writer) =>
        {
            json.WriteStartObject();
            OllamaResponseWriter.WriteEnd(writer._finish, writer._usage, json);
            json.WriteEndObject();
        }, this);
        JsonText.Raw(output, ","u8);
        JsonText.Raw(output, end.WrittenSpan[1..]);
        JsonText.Raw(output, "\n"u8);
    }

    /// <summary>Everything up to the text, which is the same on every line.</summary>
    private byte[] Prefix(string? model, DateTimeOffset? createdAt)
    {
        var head = new ArrayBufferWriter<byte>(160);
        JsonText.Raw(head, "{\"model\":"u8);
        JsonText.String(head, model ?? context.Model);
        JsonText.Raw(head, ",\"created_at\":"u8);
        JsonText.String(head, OllamaResponseWriter.MomentOf(createdAt ?? context.CreatedAt));
        JsonText.Raw(head, isGenerate ? ",\"response\":"u8 : ",\"message\":{\"role\":\"assistant\",\"content\":"u8);
        return head.WrittenSpan.ToArray();
    }

    private void WriteJson<TState>(IBufferWriter<byte> output, Action<Utf8JsonWriter, TState> write, TState state)
    {
        _json ??= new Utf8JsonWriter(output, JsonText.Compact);
        _json.Reset(output);
        write(_json, state);
        _json.Flush();
    }
}
