using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.Gemini;

/// <summary>
/// Writes a stream of answers that add up, as events or as items of one array. Calls are held until they are complete, because
/// Gemini's come whole; the finish reason and the counts are on the last chunk only.
/// </summary>
internal sealed class GeminiStreamWriter : AnswerStreamWriter
{
    private readonly AnswerContext _context;
    private readonly bool _isArray;
    private readonly SortedDictionary<int, GeminiPendingCall> _calls = [];
    private byte[]? _tail;
    private string? _model;
    private string? _responseId;
    private Utf8JsonWriter? _json;
    private bool _started;
    private bool _hasContent;
    private string? _block;
    private ChatFinishReason? _finish;
    private string? _rawFinish;
    private UsageDetails? _usage;

    public GeminiStreamWriter(AnswerContext context, StreamFraming framing)
    {
        _context = context;
        _isArray = framing == StreamFraming.JsonArray;
    }

    public override string ContentType => _isArray ? "application/json" : "text/event-stream";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        _model ??= update.ModelId;
        _responseId ??= update.ResponseId;
        IReadOnlyList<TokenLogprob>? tokens = null;
        if (update.AdditionalProperties is { } properties)
        {
            tokens = Vocabulary.Get<IReadOnlyList<TokenLogprob>>(properties, Vocabulary.TokenLogprobs);
            _rawFinish = Vocabulary.Get<string>(properties, Vocabulary.RawFinishReason) ?? _rawFinish;
        }

        _finish = update.FinishReason ?? _finish;
        var contents = update.Contents;
        for (var i = 0; i < contents.Count; i++)
        {
            WriteContent(contents[i], tokens, output);
            tokens = contents[i] is TextContent ? null : tokens;
        }
    }

    public override void Complete(IBufferWriter<byte> output)
    {
        StartFrame(output);
        WriteJson(output, static (json, writer) => writer.WriteLast(json), this);
        JsonText.Raw(output, _isArray ? "]"u8 : "\r\n\r\n"u8);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        StartFrame(output);
        WriteJson(output, static (json, state) => GeminiErrors.Write(state.error, state.RequestId, json), (error, _context.RequestId));
        JsonText.Raw(output, _isArray ? "]"u8 : "\r\n\r\n"u8);
    }

    private void WriteContent(AIContent content, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        switch (content)
        {
            case TextContent { AdditionalProperties: null } text when tokens is null:
                WriteText(text.Text, isThought: false, output);
                break;
            case TextReasoningContent { ProtectedData: null } thought:
                WriteText(thought.Text, isThought: true, output);
                break;
            case ToolCallDelta call:
                Pend(call);
                break;
            case UsageContent usage:
                _usage = usage.Details;
                break;
            case ErrorContent when Vocabulary.Get<string>(content.AdditionalProperties, GeminiFinish.BlockReason) is { } reason:
                _block = reason;
                break;
            default:
                WriteChunk(content, tokens, output);
                break;
        }
    }

    /// <summary>The hot path: a piece of text between bytes that are the same on every chunk.</summary>
    private void WriteText(string text, bool isThought, IBufferWriter<byte> output)
    {
        if (text.Length == 0)
        {
            return;
        }

        _hasContent = true;
        StartFrame(output);
        JsonText.Raw(output, "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":"u8);
        JsonText.String(output, text);
        JsonText.Raw(output, isThought ? ",\"thought\":true}],\"role\":\"model\"},\"index\":0}]"u8 : "}],\"role\":\"model\"},\"index\":0}]"u8);
        JsonText.Raw(output, _tail ??= Tail());
    }

    private void WriteChunk(AIContent content, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        var part = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(part, JsonText.Compact))
        {
            if (!GeminiResponseWriter.WritePart(content, json))
            {
                return;
            }
        }

        _hasContent = true;
        StartFrame(output);
        JsonText.Raw(output, "{\"candidates\":[{\"content\":{\"parts\":["u8);
        JsonText.Raw(output, part.WrittenSpan);
        JsonText.Raw(output, "],\"role\":\"model\"},\"index\":0"u8);
        if (tokens is not null)
        {
            JsonText.Raw(output, ",\"logprobsResult\":"u8);
            WriteJson(output, static (json, list) => GeminiLogprobs.Write(list, json), tokens);
        }

        JsonText.Raw(output, "}]"u8);
        JsonText.Raw(output, _tail ??= Tail());
    }

    private void WriteLast(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        if (_block is not null && !_hasContent && _calls.Count == 0)
        {
            GeminiResponseWriter.WriteBlock(_block, json);
        }
        else
        {
            WriteLastCandidate(json);
        }

        GeminiResponseWriter.WriteTail(_usage, _model ?? _context.Model, _responseId ?? _context.RequestId, json);
        json.WriteEndObject();
    }

    private void WriteLastCandidate(Utf8JsonWriter json)
    {
        json.WriteStartArray("candidates"u8);
        json.WriteStartObject();
        json.WriteStartObject("content"u8);
        json.WriteStartArray("parts"u8);
        var hasBroken = false;
        var written = 0;
        foreach (var call in _calls.Values)
        {
            var isWritten = call.TryWrite(json);
            hasBroken |= !isWritten;
            written += isWritten ? 1 : 0;
        }

        if (written == 0)
        {
            GeminiPartWriter.WriteText("", isThought: false, signature: null, json);
        }

        json.WriteEndArray();
        json.WriteString("role"u8, "model"u8);
        json.WriteEndObject();
        var word = GeminiResponseWriter.FinishWord(_finish, _rawFinish, hasBroken);
        GeminiResponseWriter.WriteFinish(word, _finish == Vocabulary.Paused, json);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void Pend(ToolCallDelta delta)
    {
        if (!_calls.TryGetValue(delta.Index, out var call))
        {
            _calls[delta.Index] = call = new GeminiPendingCall();
        }

        call.Add(delta);
    }

    private void StartFrame(IBufferWriter<byte> output)
    {
        JsonText.Raw(output, !_isArray ? "data: "u8 : _started ? ",\r\n"u8 : "["u8);
        _started = true;
    }

    private byte[] Tail()
    {
        var tail = new ArrayBufferWriter<byte>(128);
        JsonText.Raw(tail, ",\"modelVersion\":"u8);
        JsonText.String(tail, _model ?? _context.Model);
        JsonText.Raw(tail, ",\"responseId\":"u8);
        JsonText.String(tail, _responseId ?? _context.RequestId);
        JsonText.Raw(tail, _isArray ? "}"u8 : "}\r\n\r\n"u8);
        return tail.WrittenSpan.ToArray();
    }

    private void WriteJson<TState>(IBufferWriter<byte> output, Action<Utf8JsonWriter, TState> write, TState state)
    {
        _json ??= new Utf8JsonWriter(output, JsonText.Compact);
        _json.Reset(output);
        write(_json, state);
        _json.Flush();
    }
}
