using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.Json;

namespace Signalbox.Dialects.OpenAiChat;

/// <summary>Writes chat completion chunks: the role once, deltas, the finish reason last, usage if asked for, <c>[DONE]</c>.</summary>
internal sealed class OpenAiChatStreamWriter : AnswerStreamWriter
{
    private readonly AnswerContext _context;
    private readonly List<bool> _hasArguments = [];
    private byte[]? _prefix;
    private Utf8JsonWriter? _json;
    private ChatFinishReason? _finish;
    private UsageDetails? _usage;

    public OpenAiChatStreamWriter(AnswerContext context) => _context = context;

    public override string ContentType => "text/event-stream";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        if (_prefix is null)
        {
            Start(update, output);
        }

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
        if (_prefix is null)
        {
            Start(new ChatResponseUpdate(), output);
        }

        WriteEmptyArguments(output);
        JsonText.Raw(output, _prefix);
        JsonText.Raw(output, "\"choices\":[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\""u8);
        JsonText.Escaped(output, OpenAiChatResponseWriter.FinishWord(_finish));
        JsonText.Raw(output, "\"}]}\n\n"u8);
        if (_context.Request.WantsUsage && _usage is not null)
        {
            JsonText.Raw(output, _prefix);
            JsonText.Raw(output, "\"choices\":[],\"usage\":"u8);
            WriteJson(output, static (json, usage) => OpenAiChatResponseWriter.WriteUsage(usage, json), _usage);
            JsonText.Raw(output, "}\n\n"u8);
        }

        JsonText.Raw(output, "data: [DONE]\n\n"u8);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, "data: "u8);
        WriteJson(output, static (json, state) => OpenAiErrors.Write(state.error, state.RequestId, json), (error, _context.RequestId));
        JsonText.Raw(output, "\n\n"u8);
    }

    private void Start(ChatResponseUpdate first, IBufferWriter<byte> output)
    {
        var head = new ArrayBufferWriter<byte>(160);
        JsonText.Raw(head, "data: {\"id\":\"chatcmpl-"u8);
        JsonText.Escaped(head, _context.RequestId);
        JsonText.Raw(head, "\",\"object\":\"chat.completion.chunk\",\"created\":"u8);
        JsonText.Number(head, (first.CreatedAt ?? _context.CreatedAt).ToUnixTimeSeconds());
        JsonText.Raw(head, ",\"model\":"u8);
        JsonText.String(head, first.ModelId ?? _context.Model);
        JsonText.Raw(head, ","u8);
        _prefix = head.WrittenSpan.ToArray();
        Delta(output, "\"role\":\"assistant\",\"content\":\"\""u8);
    }

    private void WriteContent(AIContent content, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        switch (content)
        {
            case TextContent text:
                WriteText("\"content\":"u8, text.Text, tokens, output);
                break;
            case TextReasoningContent { Text.Length: > 0 } reasoning:
                WriteText("\"reasoning_content\":"u8, reasoning.Text, null, output);
                break;
            case ToolCallDelta call:
                WriteCall(call, output);
                break;
            case ErrorContent refusal:
                WriteText("\"refusal\":"u8, refusal.Message, null, output);
                break;
            case UsageContent usage:
                _usage = usage.Details;
                break;
        }
    }

    private void WriteText(ReadOnlySpan<byte> field, string text, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        JsonText.Raw(output, _prefix);
        JsonText.Raw(output, "\"choices\":[{\"index\":0,\"delta\":{"u8);
        JsonText.Raw(output, field);
        JsonText.String(output, text);
        if (tokens is null)
        {
            JsonText.Raw(output, "},\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8);
            return;
        }

        JsonText.Raw(output, "},\"logprobs\":{\"content\":"u8);
        WriteJson(output, static (json, list) => OpenAiLogprobs.WriteList(list, json), tokens);
        JsonText.Raw(output, ",\"refusal\":null},\"finish_reason\":null}]}\n\n"u8);
    }

    /// <summary>A call without arguments is <c>{}</c>: clients parse what they have gathered, and an empty text is no JSON.</summary>
    private void WriteEmptyArguments(IBufferWriter<byte> output)
    {
        for (var i = 0; i < _hasArguments.Count; i++)
        {
            if (!_hasArguments[i])
            {
                WriteCall(new ToolCallDelta(i) { Arguments = "{}" }, output);
            }
        }
    }

    private void WriteCall(ToolCallDelta call, IBufferWriter<byte> output)
    {
        while (_hasArguments.Count <= call.Index)
        {
            _hasArguments.Add(false);
        }

        _hasArguments[call.Index] |= !string.IsNullOrWhiteSpace(call.Arguments);
        JsonText.Raw(output, _prefix);
        JsonText.Raw(output, "\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":"u8);
        JsonText.Number(output, call.Index);
        if (call.CallId is not null)
        {
            JsonText.Raw(output, ",\"id\":"u8);
            JsonText.String(output, call.CallId);
            JsonText.Raw(output, ",\"type\":\"function\",\"function\":{\"name\":"u8);
            JsonText.String(output, call.Name);
            JsonText.Raw(output, ",\"arguments\":"u8);
        }
        else
        {
            JsonText.Raw(output, ",\"function\":{\"arguments\":"u8);
        }

        JsonText.String(output, call.Arguments);
        JsonText.Raw(output, "}}]},\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8);
    }

    private void Delta(IBufferWriter<byte> output, ReadOnlySpan<byte> delta)
    {
        JsonText.Raw(output, _prefix);
        JsonText.Raw(output, "\"choices\":[{\"index\":0,\"delta\":{"u8);
        JsonText.Raw(output, delta);
        JsonText.Raw(output, "},\"logprobs\":null,\"finish_reason\":null}]}\n\n"u8);
    }

    private void WriteJson<TState>(IBufferWriter<byte> output, Action<Utf8JsonWriter, TState> write, TState state)
    {
        _json ??= new Utf8JsonWriter(output, JsonText.Compact);
        _json.Reset(output);
        write(_json, state);
        _json.Flush();
    }
}
