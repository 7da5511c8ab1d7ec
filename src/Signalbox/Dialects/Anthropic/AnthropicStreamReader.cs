using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Anthropic;

/// <summary>
/// Reads the events of one message. Deltas, which are nearly all of a stream, are read without a document. The answer is
/// finished when the provider stated a stop reason and then <c>message_stop</c>; whatever follows belongs to no message.
/// </summary>
internal sealed class AnthropicStreamReader : AnswerStreamReader
{
    private readonly Dictionary<int, AnthropicOpenBlock> _open = [];
    private readonly AnthropicUsage _usage = new();
    private int _calls;
    private bool _openCalls;
    private bool _started;
    private bool _hasReason;
    private bool _stopped;

    public override bool IsFinished => _stopped && _hasReason && Error is null;

    public override void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        // OpenRouter ends its streams with OpenAI's marker.
        if (_stopped || data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        switch (AnthropicEvents.KindOf(eventName, data))
        {
            case AnthropicEvent.BlockDelta: ReadDelta(data, updates); break;
            case AnthropicEvent.BlockStart: ReadBlockStart(Parse(data), updates); break;
            case AnthropicEvent.BlockStop: ReadBlockStop(Parse(data), updates); break;
            case AnthropicEvent.MessageStart: ReadMessageStart(Parse(data), updates); break;
            case AnthropicEvent.MessageDelta: ReadMessageDelta(Parse(data), updates); break;
            case AnthropicEvent.MessageStop: _stopped = true; break;
            case AnthropicEvent.Error: Error = AnthropicErrors.Read(200, Parse(data)); break;
        }
    }

    private void ReadMessageStart(JsonElement body, List<ChatResponseUpdate> updates)
    {
        if (!body.TryGetProperty("message", out var message) || message.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("message_start has no message.");
        }

        if (message.TryGetProperty("usage", out var usage))
        {
            _usage.Read(usage);
        }

        if (_started)
        {
            return;
        }

        _started = true;
        var update = new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            ResponseId = AnthropicFields.Text(message, "id"),
            ModelId = AnthropicFields.Text(message, "model"),
        };
        AddUsage(update);
        updates.Add(update);
    }

    private void ReadBlockStart(JsonElement body, List<ChatResponseUpdate> updates)
    {
        if (!body.TryGetProperty("content_block", out var block) || AnthropicFields.Text(block, "type") is not { } type)
        {
            throw new JsonException("content_block_start has no content_block with a type.");
        }

        var index = IndexOf(body);
        switch (type)
        {
            case "text":
                Add(AnthropicFields.Text(block, "text") is { Length: > 0 } text ? new TextContent(text) : null, updates);
                break;
            case "thinking":
                AddThinking(AnthropicFields.Text(block, "thinking"), AnthropicFields.Text(block, "signature"), updates);
                break;
            case "redacted_thinking":
                Add(AnthropicBlockReader.Redacted(AnthropicFields.Text(block, "data") ?? ""), updates);
                break;
            case "tool_use":
                StartCall(index, block, updates);
                break;
            default:
                _open[index] = AnthropicOpenBlock.Opaque(type, block);
                break;
        }
    }

    private void StartCall(int index, JsonElement block, List<ChatResponseUpdate> updates)
    {
        if (AnthropicFields.Text(block, "name") is not { Length: > 0 } name)
        {
            throw new JsonException("A tool_use block has no name.");
        }

        var open = AnthropicOpenBlock.Call(_calls++, block);
        _open[index] = open;
        var call = new ToolCallDelta(open.CallIndex) { CallId = AnthropicFields.Text(block, "id") ?? ToolCallIds.New(), Name = name };
        if (block.TryGetProperty("caller", out var caller) && caller.ValueKind == JsonValueKind.Object)
        {
            Vocabulary.Set(call, AnthropicFields.Caller, caller);
        }

        _openCalls |= AnthropicResponseReader.IsDirect(call);
        Add(call, updates);
    }

    private void ReadBlockStop(JsonElement body, List<ChatResponseUpdate> updates)
    {
        if (_open.Remove(IndexOf(body), out var block))
        {
            Add(block.Close(), updates);
        }
    }

    private void ReadDelta(ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var delta = AnthropicEvents.ReadDelta(data);
        switch (delta.Kind)
        {
            case AnthropicDeltaKind.Text:
                Add(delta.Value is { Length: > 0 } ? new TextContent(delta.Value) : null, updates);
                break;
            case AnthropicDeltaKind.Thinking:
                AddThinking(delta.Value, null, updates);
                break;
            case AnthropicDeltaKind.Signature:
                AddThinking(null, delta.Value, updates);
                break;
            case AnthropicDeltaKind.Arguments:
                AddArguments(delta, updates);
                break;
            default:
                ReadOtherDelta(delta.Index, Parse(data), updates);
                break;
        }
    }

    private void AddArguments(AnthropicDelta delta, List<ChatResponseUpdate> updates)
    {
        if (!_open.TryGetValue(delta.Index, out var block))
        {
            throw new JsonException("input_json_delta belongs to no open block.");
        }

        if (delta.Value is { Length: > 0 } fragment)
        {
            Add(block.Append(fragment), updates);
        }
    }

    private void ReadOtherDelta(int index, JsonElement body, List<ChatResponseUpdate> updates)
    {
        if (!body.TryGetProperty("delta", out var delta) || delta.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (delta.TryGetProperty("citation", out var citation))
        {
            var content = new TextContent("");
            AnthropicCitations.Add(citation, content);
            Add(content, updates);
        }
        else if (_open.TryGetValue(index, out var block))
        {
            block.Merge(delta);
        }
    }

    private void ReadMessageDelta(JsonElement body, List<ChatResponseUpdate> updates)
    {
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        if (body.TryGetProperty("usage", out var usage))
        {
            _usage.Read(usage);
        }

        if (body.TryGetProperty("delta", out var delta) && AnthropicFields.Text(delta, "stop_reason") is { Length: > 0 } word)
        {
            _hasReason = true;
            update.FinishReason = AnthropicFinish.Read(word, _openCalls);
            update.AdditionalProperties = AnthropicFinish.Keep(word, AnthropicFields.Text(delta, "stop_sequence"));
        }

        AddUsage(update);
        updates.Add(update);
    }

    private void AddUsage(ChatResponseUpdate update)
    {
        if (_usage.ToDetails() is { } details)
        {
            update.Contents.Add(new UsageContent(details));
        }
    }

    private static void AddThinking(string? text, string? signature, List<ChatResponseUpdate> updates)
    {
        if (!string.IsNullOrEmpty(text) || !string.IsNullOrEmpty(signature))
        {
            Add(AnthropicBlockReader.Thinking(text ?? "", signature), updates);
        }
    }

    private static void Add(AIContent? content, List<ChatResponseUpdate> updates)
    {
        if (content is not null)
        {
            updates.Add(new ChatResponseUpdate(ChatRole.Assistant, [content]));
        }
    }

    private static int IndexOf(JsonElement body) =>
        body.TryGetProperty("index", out var index) && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number) ? number : 0;

    private static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        var element = JsonElement.ParseValue(ref json);
        return element.ValueKind == JsonValueKind.Object ? element : throw new JsonException("An event must be a JSON object.");
    }
}
