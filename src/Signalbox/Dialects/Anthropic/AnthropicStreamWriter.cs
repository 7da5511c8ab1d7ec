using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Writes the events of one message: <c>message_start</c> once, one content block open at a time, <c>message_delta</c> and
/// <c>message_stop</c> at the end. Other protocols may interleave their tool calls; what arrives for another block while a
/// call's arguments are incomplete is held back until they are whole.
/// </summary>
internal sealed class AnthropicStreamWriter(AnswerContext context) : AnswerStreamWriter
{
    private enum Block
    {
        None,
        Text,
        Thinking,
        Call,
    }

    private List<AIContent> _held = [];
    private Utf8JsonWriter? _json;
    private Block _open;
    private int _blocks;
    private int _call = -1;
    private JsonProgress _arguments;
    private HashSet<int>? _calls;
    private bool _started;
    private bool _refused;
    private long _length;
    private string? _model;
    private ChatFinishReason? _finish;
    private string? _stopSequence;
    private UsageDetails? _usage;

    /// <summary>Whether a call is open whose arguments are not whole yet.</summary>
    private bool IsBlocked => _open == Block.Call && !_arguments.IsWhole;

    public override string ContentType => "text/event-stream";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        _model ??= update.ModelId;
        if (update.FinishReason is { } finish)
        {
            _finish = finish;
            _stopSequence = Vocabulary.Get<string>(update.AdditionalProperties, Vocabulary.StopSequence);
        }

        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            if (contents[i] is UsageContent usage)
            {
                _usage = usage.Details;
            }
            else
            {
                WriteContent(contents[i], output);
                while (_held.Count > 0 && !IsBlocked)
                {
                    Release(output);
                }
            }
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        Start(output);
        CloseBlock(output);
        while (_held.Count > 0)
        {
            Release(output);
            CloseBlock(output);
        }

        var word = AnthropicFinish.Write(_finish, _calls is not null, _refused, _stopSequence);
        JsonText.Raw(output, "event: message_delta\ndata: "u8);
        var json = Json(output);
        json.WriteStartObject();
        json.WriteString("type"u8, "message_delta"u8);
        json.WriteStartObject("delta"u8);
        json.WriteString("stop_reason"u8, word);
        json.WriteString("stop_sequence"u8, word == "stop_sequence" ? _stopSequence : null);
        json.WriteEndObject();
        AnthropicUsage.Write(_usage, context.EstimatedInputTokens, AnthropicResponseWriter.EstimateTokens(_length), json);
        json.WriteEndObject();
        json.Flush();
        JsonText.Raw(output, "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"u8);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "event: error\ndata: "u8);
        var json = Json(output);
        AnthropicErrors.Write(error, context.RequestId, json);
        json.Flush();
        JsonText.Raw(output, "\n\n"u8);
    }

    private void WriteContent(AIContent content, IBufferWriter<byte> output)
    {
        if (!SaysSomething(content))
        {
            return;
        }

        // What is held back keeps its order; only the open call may overtake it.
        var goesOn = content is ToolCallDelta delta && delta.Index == _call;
        if (!goesOn && (_held.Count > 0 || IsBlocked))
        {
            _held.Add(content);
            return;
        }

        Start(output);
        switch (content)
        {
            case TextContent text: WriteText(text, output); break;
            case TextReasoningContent reasoning: WriteReasoning(reasoning, output); break;
            case ToolCallDelta call: WriteCall(call, output); break;
            case ErrorContent error: WriteRefusal(error, output); break;
            case OpaqueContent opaque: WriteWholeBlock(opaque.Raw, output); break;
        }
    }

    /// <summary>Writes what was held back; at least the first of it. What does not fit yet is held back again.</summary>
    private void Release(IBufferWriter<byte> output)
    {
        var held = _held;
        _held = [];
        foreach (var content in held)
        {
            WriteContent(content, output);
        }
    }

    private static bool SaysSomething(AIContent content) => content switch
    {
        TextContent text => text.Text.Length > 0 || text.Annotations is { Count: > 0 },
        TextReasoningContent reasoning => AnthropicResponseWriter.Shows(reasoning),
        ToolCallDelta => true,
        ErrorContent error => error.Message.Length > 0,
        OpaqueContent opaque => opaque.Dialect == AnthropicDialect.DialectName,
        _ => false,
    };

    private void WriteText(TextContent text, IBufferWriter<byte> output)
    {
        if (text.Text.Length > 0)
        {
            WriteText(text.Text, output);
        }

        if (text.Annotations is { } annotations)
        {
            foreach (var annotation in annotations)
            {
                if (AnthropicCitations.Own(annotation) is { } citation)
                {
                    OpenText(output);
                    Delta(output, "citations_delta\",\"citation\":"u8);
                    WriteElement(citation, output);
                    JsonText.Raw(output, "}}\n\n"u8);
                }
            }
        }
    }

    private void WriteText(string text, IBufferWriter<byte> output)
    {
        OpenText(output);
        _length += text.Length;
        Delta(output, "text_delta\",\"text\":"u8);
        JsonText.String(output, text);
        JsonText.Raw(output, "}}\n\n"u8);
    }

    private void OpenText(IBufferWriter<byte> output)
    {
        if (_open != Block.Text)
        {
            OpenBlock(Block.Text, "{\"type\":\"text\",\"text\":\"\"}}\n\n"u8, output);
        }
    }

    /// <summary>A refusal has no block of its own: it is said as text, and the stop reason tells what it is.</summary>
    private void WriteRefusal(ErrorContent error, IBufferWriter<byte> output)
    {
        _refused = true;
        WriteText(error.Message, output);
    }

    private void WriteReasoning(TextReasoningContent reasoning, IBufferWriter<byte> output)
    {
        var signature = AnthropicFields.IsOwn(reasoning) ? reasoning.ProtectedData : null;
        if (Vocabulary.Get<bool?>(reasoning.AdditionalProperties, Vocabulary.Redacted) is true)
        {
            WriteRedacted(signature, output);
            return;
        }

        if (_open != Block.Thinking)
        {
            OpenBlock(Block.Thinking, "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}}\n\n"u8, output);
        }

        if (reasoning.Text.Length > 0)
        {
            _length += reasoning.Text.Length;
            Delta(output, "thinking_delta\",\"thinking\":"u8);
            JsonText.String(output, reasoning.Text);
            JsonText.Raw(output, "}}\n\n"u8);
        }

        if (signature is { Length: > 0 })
        {
            // The signature is the last that a thinking block says.
            Delta(output, "signature_delta\",\"signature\":"u8);
            JsonText.String(output, signature);
            JsonText.Raw(output, "}}\n\n"u8);
            CloseBlock(output);
        }
    }

    private void WriteRedacted(string? data, IBufferWriter<byte> output)
    {
        if (data is { Length: > 0 })
        {
            StartBlock(output);
            JsonText.Raw(output, "{\"type\":\"redacted_thinking\",\"data\":"u8);
            JsonText.String(output, data);
            JsonText.Raw(output, "}}\n\n"u8);
            StopBlock(output);
        }
    }

    private void WriteCall(ToolCallDelta call, IBufferWriter<byte> output)
    {
        if (_open != Block.Call || _call != call.Index)
        {
            // A late piece of a call that was whole already says nothing more.
            if (call.Name is null || !(_calls ??= []).Add(call.Index))
            {
                return;
            }

            OpenCall(call, output);
        }

        if (call.Arguments is { Length: > 0 } fragment)
        {
            _arguments.Add(fragment);
            _length += fragment.Length;
            Delta(output, "input_json_delta\",\"partial_json\":"u8);
            JsonText.String(output, fragment);
            JsonText.Raw(output, "}}\n\n"u8);
        }
    }

    private void OpenCall(ToolCallDelta call, IBufferWriter<byte> output)
    {
        StartBlock(output);
        JsonText.Raw(output, "{\"type\":\"tool_use\",\"id\":"u8);
        JsonText.String(output, call.CallId ?? ToolCallIds.New());
        JsonText.Raw(output, ",\"name\":"u8);
        JsonText.String(output, call.Name);
        JsonText.Raw(output, ",\"input\":{}"u8);
        if (call.AdditionalProperties is { } properties && properties.TryGetValue(AnthropicFields.Caller, out var value) && value is JsonElement caller)
        {
            JsonText.Raw(output, ",\"caller\":"u8);
            WriteElement(caller, output);
        }

        JsonText.Raw(output, "}}\n\n"u8);
        _open = Block.Call;
        _call = call.Index;
        _arguments = default;
    }

    private void WriteWholeBlock(JsonElement block, IBufferWriter<byte> output)
    {
        StartBlock(output);
        WriteElement(block, output);
        JsonText.Raw(output, "}\n\n"u8);
        StopBlock(output);
    }

    private void Start(IBufferWriter<byte> output)
    {
        if (_started)
        {
            return;
        }

        _started = true;
        JsonText.Raw(output, "event: message_start\ndata: "u8);
        var json = Json(output);
        json.WriteStartObject();
        json.WriteString("type"u8, "message_start"u8);
        json.WriteStartObject("message"u8);
        json.WriteString("id"u8, "msg_" + context.RequestId);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, string.IsNullOrEmpty(_model) ? context.Model : _model);
        json.WriteStartArray("content"u8);
        json.WriteEndArray();
        json.WriteNull("stop_reason"u8);
        json.WriteNull("stop_sequence"u8);

        // Most protocols count at the end only; the true counts then follow in message_delta.
        AnthropicUsage.Write(_usage, context.EstimatedInputTokens, 0, json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
        JsonText.Raw(output, "\n\n"u8);
    }

    private void OpenBlock(Block block, ReadOnlySpan<byte> start, IBufferWriter<byte> output)
    {
        StartBlock(output);
        JsonText.Raw(output, start);
        _open = block;
    }

    /// <summary>Begins the event that begins a block; the block itself and the closing brace follow.</summary>
    private void StartBlock(IBufferWriter<byte> output)
    {
        CloseBlock(output);
        JsonText.Raw(output, "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":"u8);
        JsonText.Number(output, _blocks);
        JsonText.Raw(output, ",\"content_block\":"u8);
    }

    private void CloseBlock(IBufferWriter<byte> output)
    {
        if (_open != Block.None)
        {
            _open = Block.None;
            StopBlock(output);
        }
    }

    private void StopBlock(IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":"u8);
        JsonText.Number(output, _blocks++);
        JsonText.Raw(output, "}\n\n"u8);
    }

    /// <summary>Begins a delta of the open block, up to the value of what it adds.</summary>
    private void Delta(IBufferWriter<byte> output, ReadOnlySpan<byte> typeAndField)
    {
        JsonText.Raw(output, "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":"u8);
        JsonText.Number(output, _blocks);
        JsonText.Raw(output, ",\"delta\":{\"type\":\""u8);
        JsonText.Raw(output, typeAndField);
    }

    private void WriteElement(JsonElement element, IBufferWriter<byte> output)
    {
        var json = Json(output);
        element.WriteTo(json);
        json.Flush();
    }

    private Utf8JsonWriter Json(IBufferWriter<byte> output)
    {
        if (_json is null)
        {
            return _json = new Utf8JsonWriter(output, JsonText.Compact);
        }

        _json.Reset(output);
        return _json;
    }
}
