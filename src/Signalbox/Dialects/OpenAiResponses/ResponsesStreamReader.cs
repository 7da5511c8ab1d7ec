using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Reads the named events of a Responses stream. Deltas are what counts; what only a <c>done</c> event says is taken from
/// there, never both. Only <c>response.completed</c> and <c>response.incomplete</c> end the answer.
/// </summary>
internal sealed class ResponsesStreamReader : AnswerStreamReader
{
    private readonly ResponsesStreamItems _items = new();
    private int _calls;
    private bool _finished;

    public override bool IsFinished => _finished && Error is null;

    public override void Read(ReadOnlySpan<byte> eventName, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        // Not part of this protocol, but compatible servers send it.
        if (data.SequenceEqual("[DONE]"u8))
        {
            return;
        }

        if (eventName.SequenceEqual("response.output_text.delta"u8))
        {
            ReadTextDelta(data, updates);
            return;
        }

        ReadEvent(IsKnown(eventName) ? eventName : TypeOf(data), data, updates);
    }

    /// <summary>Tells the reader that a tap has seen text, so that it is not read again from the finished item.</summary>
    public void NoteText()
    {
        _items.At(-1).Seen = true;
    }

    private static bool IsKnown(ReadOnlySpan<byte> eventName) => eventName.StartsWith("response."u8) || eventName.SequenceEqual("error"u8);

    /// <summary>The event's type as its data states it; empty where it does not.</summary>
    private static ReadOnlySpan<byte> TypeOf(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("An event must be a JSON object.");
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var isType = json.ValueTextEquals("type"u8);
            json.Read();
            if (isType && json.TokenType == JsonTokenType.String)
            {
                return json.ValueSpan;
            }

            json.Skip();
        }

        return default;
    }

    private void ReadEvent(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        switch (type)
        {
            case var _ when type.SequenceEqual("response.output_text.delta"u8): ReadTextDelta(data, updates); break;
            case var _ when type.SequenceEqual("response.function_call_arguments.delta"u8): ReadArgumentsDelta(data, updates); break;
            case var _ when type.SequenceEqual("response.reasoning_summary_text.delta"u8): ReadReasoningDelta(data, updates); break;
            case var _ when type.SequenceEqual("response.reasoning_text.delta"u8): ReadReasoningDelta(data, updates); break;
            case var _ when type.SequenceEqual("response.refusal.delta"u8): ReadRefusalDelta(data, updates); break;
            case var _ when type.SequenceEqual("response.output_item.added"u8): ReadItemAdded(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.output_item.done"u8): ReadItemDone(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.function_call_arguments.done"u8): ReadArgumentsDone(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.reasoning_summary_part.added"u8): ReadPartAdded(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.content_part.added"u8): ReadPartAdded(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.created"u8): ReadCreated(Parse(data), updates); break;
            case var _ when type.SequenceEqual("response.completed"u8): ReadEnd(Parse(data), isIncomplete: false, updates); break;
            case var _ when type.SequenceEqual("response.incomplete"u8): ReadEnd(Parse(data), isIncomplete: true, updates); break;
            case var _ when type.SequenceEqual("response.failed"u8): ReadFailed(Parse(data)); break;
            case var _ when type.SequenceEqual("error"u8): Error = ResponsesErrors.ReadInStream(Parse(data)); break;
            case { IsEmpty: true }: ReadUntyped(Parse(data)); break;
        }
    }

    private static JsonElement Parse(ReadOnlySpan<byte> data)
    {
        var json = new Utf8JsonReader(data);
        var element = JsonElement.ParseValue(ref json);
        return element.ValueKind == JsonValueKind.Object ? element : throw new JsonException("An event must be a JSON object.");
    }

    private void ReadTextDelta(ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var delta = ResponsesDelta.Read(data);
        if (delta.Text is not { Length: > 0 } text)
        {
            return;
        }

        _items.At(delta.OutputIndex).Seen = true;
        var update = new ChatResponseUpdate(ChatRole.Assistant, [new TextContent(text)]);
        if (delta.Tokens is not null)
        {
            (update.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = delta.Tokens;
        }

        updates.Add(update);
    }

    private void ReadRefusalDelta(ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var delta = ResponsesDelta.Read(data);
        if (delta.Text is { Length: > 0 } text)
        {
            _items.At(delta.OutputIndex).Seen = true;
            Add(updates, new ErrorContent(text) { ErrorCode = Vocabulary.Refusal });
        }
    }

    private void ReadReasoningDelta(ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var delta = ResponsesDelta.Read(data);
        if (delta.Text is { Length: > 0 } text)
        {
            AddReasoning(_items.At(delta.OutputIndex), text, updates);
        }
    }

    /// <summary>Another readable part of the same reasoning begins: a blank line keeps it apart.</summary>
    private void ReadPartAdded(JsonElement data, List<ChatResponseUpdate> updates)
    {
        var item = _items.At(IndexOf(data));
        if (item.Seen && item.IsReasoning)
        {
            AddReasoning(item, "\n\n", updates);
        }
    }

    private static void AddReasoning(ResponsesStreamItem item, string text, List<ChatResponseUpdate> updates)
    {
        var reasoning = new TextReasoningContent(text);
        if (!item.Seen)
        {
            Vocabulary.Set(reasoning, Vocabulary.ItemId, item.Id);
            Vocabulary.Set(reasoning, Vocabulary.SignedBy, ResponsesDialect.DialectName);
        }

        item.Seen = true;
        Add(updates, reasoning);
    }

    private void ReadArgumentsDelta(ReadOnlySpan<byte> data, List<ChatResponseUpdate> updates)
    {
        var delta = ResponsesDelta.Read(data);
        var item = _items.At(delta.OutputIndex);
        if (item.Call >= 0 && delta.Text is { Length: > 0 } text)
        {
            item.Seen = true;
            Add(updates, new ToolCallDelta(item.Call) { Arguments = text });
        }
    }

    /// <summary>Some servers give the arguments only when they are done.</summary>
    private void ReadArgumentsDone(JsonElement data, List<ChatResponseUpdate> updates)
    {
        var item = _items.At(IndexOf(data));
        var arguments = OpenAiChatResponseReader.ArgumentsOf(data);
        if (item.Call >= 0 && !item.Seen && arguments.Length > 0)
        {
            item.Seen = true;
            Add(updates, new ToolCallDelta(item.Call) { Arguments = arguments });
        }
    }

    private void ReadItemAdded(JsonElement data, List<ChatResponseUpdate> updates)
    {
        if (!data.TryGetProperty("item", out var added) || added.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var item = _items.Introduce(IndexOf(data), added);
        // A call without its name yet is announced when it is done.
        if (ResponsesItems.Text(added, "type") == "function_call" && ResponsesItems.Text(added, "name") is { Length: > 0 } name)
        {
            Announce(item, added, name, null, updates);
        }
    }

    private void Announce(ResponsesStreamItem item, JsonElement from, string name, string? arguments, List<ChatResponseUpdate> updates)
    {
        item.Call = _calls++;
        var callId = ResponsesItems.Text(from, "call_id") ?? item.Id;
        var call = new ToolCallDelta(item.Call) { CallId = string.IsNullOrEmpty(callId) ? ToolCallIds.New() : callId, Name = name, Arguments = arguments };
        Vocabulary.Set(call, Vocabulary.ItemId, item.Id);
        Add(updates, call);
    }

    private void ReadItemDone(JsonElement data, List<ChatResponseUpdate> updates)
    {
        if (!data.TryGetProperty("item", out var done) || done.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var index = IndexOf(data);
        var item = _items.Find(index) ?? _items.Introduce(index, done);
        switch (ResponsesItems.Text(done, "type"))
        {
            case "function_call":
                ReadCallDone(item, done, updates);
                break;
            case "reasoning":
                ReadReasoningDone(item, done, updates);
                break;
            case "message" when item.Seen:
                break;
            default:
                AddContents(done, updates);
                break;
        }

        item.Seen = true;
    }

    private void ReadCallDone(ResponsesStreamItem item, JsonElement done, List<ChatResponseUpdate> updates)
    {
        var arguments = OpenAiChatResponseReader.ArgumentsOf(done);
        if (item.Call < 0)
        {
            Announce(item, done, ResponsesItems.Text(done, "name") ?? "", arguments, updates);
        }
        else if (!item.Seen && arguments.Length > 0)
        {
            Add(updates, new ToolCallDelta(item.Call) { Arguments = arguments });
        }
    }

    private static void ReadReasoningDone(ResponsesStreamItem item, JsonElement done, List<ChatResponseUpdate> updates)
    {
        if (!item.Seen && ResponsesItems.ReadReasoning(done).Text is { Length: > 0 } text)
        {
            AddReasoning(item, text, updates);
        }

        if (ResponsesItems.Text(done, "encrypted_content") is { Length: > 0 } encrypted)
        {
            var reasoning = new TextReasoningContent("") { ProtectedData = encrypted };
            Vocabulary.Set(reasoning, Vocabulary.ItemId, item.Id ?? ResponsesItems.Text(done, "id"));
            Vocabulary.Set(reasoning, Vocabulary.SignedBy, ResponsesDialect.DialectName);
            Add(updates, reasoning);
        }
    }

    private static void AddContents(JsonElement item, List<ChatResponseUpdate> updates)
    {
        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        if (ResponsesResponseReader.ReadItem(item, update.Contents) is { } tokens)
        {
            (update.AdditionalProperties ??= [])[Vocabulary.TokenLogprobs] = tokens;
        }

        if (update.Contents.Count > 0)
        {
            updates.Add(update);
        }
    }

    private void ReadCreated(JsonElement data, List<ChatResponseUpdate> updates)
    {
        _items.Clear();
        _finished = false;
        if (data.TryGetProperty("response", out var response) && response.ValueKind == JsonValueKind.Object)
        {
            updates.Add(new ChatResponseUpdate
            {
                Role = ChatRole.Assistant,
                ResponseId = ResponsesItems.Text(response, "id"),
                ModelId = ResponsesResponseReader.ModelOf(response),
                CreatedAt = ResponsesResponseReader.CreatedAt(response),
            });
        }
    }

    private void ReadEnd(JsonElement data, bool isIncomplete, List<ChatResponseUpdate> updates)
    {
        if (!data.TryGetProperty("response", out var response) || response.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("The last event must carry the response.");
        }

        if (_items.Count == 0 && response.TryGetProperty("output", out var output) && output.ValueKind == JsonValueKind.Array)
        {
            ReadLateOutput(output, updates);
        }

        var update = new ChatResponseUpdate { Role = ChatRole.Assistant };
        if (response.TryGetProperty("usage", out var usage) && ResponsesResponseReader.ReadUsage(usage) is { } details)
        {
            update.Contents.Add(new UsageContent(details));
        }

        update.FinishReason = ResponsesResponseReader.FinishOf(response, isIncomplete, _calls > 0, out var word);
        if (word is not null)
        {
            (update.AdditionalProperties ??= [])[Vocabulary.RawFinishReason] = word;
        }

        _finished = true;
        updates.Add(update);
    }

    /// <summary>A server that sent no items on the way gives them all at the end.</summary>
    private void ReadLateOutput(JsonElement output, List<ChatResponseUpdate> updates)
    {
        foreach (var done in output.EnumerateArray())
        {
            if (done.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            var item = _items.Introduce(_items.Count, done);
            switch (ResponsesItems.Text(done, "type"))
            {
                case "function_call": ReadCallDone(item, done, updates); break;
                case "reasoning": ReadReasoningDone(item, done, updates); break;
                default: AddContents(done, updates); break;
            }
        }
    }

    private void ReadFailed(JsonElement data) =>
        Error ??= ResponsesErrors.ReadInStream(data.TryGetProperty("response", out var response) ? response : data);

    private void ReadUntyped(JsonElement data)
    {
        if (data.TryGetProperty("error", out var error) && error.ValueKind != JsonValueKind.Null)
        {
            Error = ResponsesErrors.ReadInStream(data);
        }
    }

    private static void Add(List<ChatResponseUpdate> updates, AIContent content) => updates.Add(new ChatResponseUpdate(ChatRole.Assistant, [content]));

    private static int IndexOf(JsonElement data) =>
        data.TryGetProperty("output_index", out var index) && index.ValueKind == JsonValueKind.Number && index.TryGetInt32(out var number) ? number : -1;
}
