using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects.OpenAiChat;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>
/// Writes the events of a Responses stream: every item and part is added, filled by deltas and done, and the last event
/// carries the whole answer. Calls stay open beside each other until their arguments are complete.
/// </summary>
internal sealed class ResponsesStreamWriter(AnswerContext context) : AnswerStreamWriter
{
    private readonly ResponsesOutput _output = new(context.RequestId);
    private readonly Dictionary<int, ResponsesOutputItem> _calls = [];
    private readonly ResponsesEvents _events = new();
    private ResponsesEnvelope? _envelope;
    private ChatFinishReason? _finish;
    private UsageDetails? _usage;

    public override string ContentType => "text/event-stream";

    public override void Write(ChatResponseUpdate update, IBufferWriter<byte> output)
    {
        if (_envelope is null)
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
        if (_envelope is null)
        {
            Start(new ChatResponseUpdate(), output);
        }

        var state = ResponsesState.Ended(_finish, _usage);
        var last = _output.Current;
        foreach (var item in _output.Items)
        {
            if (item.IsOpen)
            {
                // A cut answer was cut in its last item.
                Close(item, isCut: state.IncompleteReason is not null && item == last, output);
            }
        }

        WriteState(state.IncompleteReason is null ? "response.completed"u8 : "response.incomplete"u8, state, output);
    }

    public override void Fail(GatewayError error, IBufferWriter<byte> output)
    {
        if (_envelope is null)
        {
            Start(new ChatResponseUpdate(), output);
        }

        FailBegun(error, output);
        WriteState("response.failed"u8, new ResponsesState("failed") { Error = error, Usage = _usage }, output);
    }

    public override void FailBegun(GatewayError error, IBufferWriter<byte> output)
    {
        // The documented event is flat, the real one nests the error, and clients look for either.
        var json = _events.Begin("error"u8, output);
        json.WriteString("code"u8, error.Code ?? error.Word);
        json.WriteString("message"u8, error.Message);
        json.WriteString("param"u8, error.Field);
        json.WritePropertyName("error"u8);
        OpenAiErrors.WriteInner(error, context.RequestId, json);
        _events.End(output);
    }

    private void Start(ChatResponseUpdate first, IBufferWriter<byte> output)
    {
        _envelope = new ResponsesEnvelope(context, first.ModelId, first.CreatedAt);
        WriteState("response.created"u8, ResponsesState.InProgress, output);
        WriteState("response.in_progress"u8, ResponsesState.InProgress, output);
    }

    private void WriteState(ReadOnlySpan<byte> name, ResponsesState state, IBufferWriter<byte> output)
    {
        var json = _events.Begin(name, output);
        json.WritePropertyName("response"u8);
        _envelope!.Write(state, _output.Items, json);
        _events.End(output);
    }

    private void WriteContent(AIContent content, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                WriteText(content, text.Text, isRefusal: false, tokens, output);
                break;
            case ErrorContent { ErrorCode: Vocabulary.Refusal } refusal:
                WriteText(content, refusal.Message, isRefusal: true, null, output);
                break;
            case TextReasoningContent reasoning when ResponsesOutput.IsVisible(reasoning):
                WriteReasoning(reasoning, output);
                break;
            case ToolCallDelta call:
                WriteCall(call, output);
                break;
            case FunctionCallContent call:
                WriteCall(new ToolCallDelta(-1 - _output.Items.Count) { CallId = call.CallId, Name = call.Name, Arguments = Contents.ArgumentsText(call) }, output);
                break;
            case OpaqueContent opaque when ResponsesItems.IsOwnItem(opaque):
                CloseOthers(null, output);
                var whole = _output.Whole(opaque);
                WriteItem("response.output_item.added"u8, whole, output);
                Close(whole, isCut: false, output);
                break;
            case UsageContent usage:
                _usage = usage.Details;
                break;
        }
    }

    private void WriteText(AIContent content, string text, bool isRefusal, IReadOnlyList<TokenLogprob>? tokens, IBufferWriter<byte> output)
    {
        var item = _output.Current;
        var part = item is { Kind: ResponsesItemKind.Message, IsOpen: true } ? item.Parts[^1] : null;
        if (item is null || part is null || part.IsRefusal != isRefusal)
        {
            (item, part) = OpenPart(content, isRefusal, output);
        }

        if (tokens is not null)
        {
            (part.Tokens ??= []).AddRange(tokens);
        }

        var name = isRefusal ? "response.refusal.delta"u8 : "response.output_text.delta"u8;
        _events.Delta(name, item.Place, part.Text.Add(text), output);
        if (!isRefusal)
        {
            _events.Logprobs(tokens, output);
        }

        ResponsesEvents.EndDelta(output);
    }

    private (ResponsesOutputItem Item, ResponsesOutputPart Part) OpenPart(AIContent content, bool isRefusal, IBufferWriter<byte> output)
    {
        if (_output.Current is { Kind: ResponsesItemKind.Message, IsOpen: true } open)
        {
            ClosePart(open, output);
        }
        else
        {
            CloseOthers(null, output);
            open = _output.Add(ResponsesItemKind.Message, content, "msg_");
            WriteItem("response.output_item.added"u8, open, output);
        }

        var part = new ResponsesOutputPart(isRefusal);
        open.Parts.Add(part);
        open.Place = ResponsesEvents.PlaceOf(open, "content_index"u8, open.Parts.Count - 1);
        WritePart("response.content_part.added"u8, open, output);
        return (open, part);
    }

    private void WriteReasoning(TextReasoningContent reasoning, IBufferWriter<byte> output)
    {
        var before = _output.Items.Count;
        var item = _output.Reasoning(reasoning);
        if (_output.Items.Count > before)
        {
            item.Place = ResponsesEvents.PlaceOf(item, "summary_index"u8, 0);
            CloseOthers(item, output);
            WriteItem("response.output_item.added"u8, item, output);
        }

        if (reasoning.Text.Length > 0)
        {
            if (item.Text.IsEmpty)
            {
                WriteSummaryPart("response.reasoning_summary_part.added"u8, item, output);
            }

            _events.Delta("response.reasoning_summary_text.delta"u8, item.Place, item.Text.Add(reasoning.Text), output);
            ResponsesEvents.EndDelta(output);
        }

        if (ResponsesOutput.EncryptedOf(reasoning) is { } encrypted)
        {
            item.Encrypted = encrypted;
            Close(item, isCut: false, output);
        }
    }

    private void WriteCall(ToolCallDelta call, IBufferWriter<byte> output)
    {
        if (!_calls.TryGetValue(call.Index, out var item))
        {
            item = _output.Call(call, call.CallId ?? ToolCallIds.New(), call.Name ?? "");
            item.Place = ResponsesEvents.PlaceOf(item, default, 0);
            _calls.Add(call.Index, item);
            CloseOthers(item, output);
            WriteItem("response.output_item.added"u8, item, output);
        }

        if (item.IsOpen && call.Arguments is { Length: > 0 } arguments)
        {
            _events.Delta("response.function_call_arguments.delta"u8, item.Place, item.Text.Add(arguments), output);
            ResponsesEvents.EndDelta(output);
        }
    }

    /// <summary>Closes what a new item ends: text and reasoning, and calls that cannot grow any more.</summary>
    private void CloseOthers(ResponsesOutputItem? opened, IBufferWriter<byte> output)
    {
        foreach (var item in _output.Items)
        {
            if (item.IsOpen && item != opened && (item.Kind != ResponsesItemKind.Call || item.IsCompleteCall))
            {
                Close(item, isCut: false, output);
            }
        }
    }

    private void Close(ResponsesOutputItem item, bool isCut, IBufferWriter<byte> output)
    {
        switch (item.Kind)
        {
            case ResponsesItemKind.Message:
                ClosePart(item, output);
                break;
            case ResponsesItemKind.Reasoning when !item.Text.IsEmpty:
                CloseSummary(item, output);
                break;
            case ResponsesItemKind.Call:
                var json = BeginItemEvent("response.function_call_arguments.done"u8, item, output);
                json.WriteString("name"u8, item.Name);
                item.WriteArguments(json, isCut ? "incomplete"u8 : "completed"u8);
                _events.End(output);
                break;
        }

        item.IsOpen = isCut;
        WriteItem("response.output_item.done"u8, item, output);
    }

    private void ClosePart(ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var part = item.Parts[^1];
        var json = BeginItemEvent(part.IsRefusal ? "response.refusal.done"u8 : "response.output_text.done"u8, item, output);
        json.WriteNumber("content_index"u8, item.Parts.Count - 1);
        json.WritePropertyName(part.IsRefusal ? "refusal"u8 : "text"u8);
        part.Text.WriteTo(json);
        if (!part.IsRefusal)
        {
            json.WritePropertyName("logprobs"u8);
            OpenAiLogprobs.WriteList(part.Tokens ?? (IReadOnlyList<TokenLogprob>)[], json);
        }

        _events.End(output);
        WritePart("response.content_part.done"u8, item, output);
    }

    private void CloseSummary(ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var json = BeginItemEvent("response.reasoning_summary_text.done"u8, item, output);
        json.WriteNumber("summary_index"u8, 0);
        json.WritePropertyName("text"u8);
        item.Text.WriteTo(json);
        _events.End(output);
        WriteSummaryPart("response.reasoning_summary_part.done"u8, item, output);
    }

    private void WriteSummaryPart(ReadOnlySpan<byte> name, ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var json = BeginItemEvent(name, item, output);
        json.WriteNumber("summary_index"u8, 0);
        json.WritePropertyName("part"u8);
        item.WriteSummaryPart(json);
        _events.End(output);
    }

    private void WritePart(ReadOnlySpan<byte> name, ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var json = BeginItemEvent(name, item, output);
        json.WriteNumber("content_index"u8, item.Parts.Count - 1);
        json.WritePropertyName("part"u8);
        item.Parts[^1].WriteTo(json);
        _events.End(output);
    }

    private void WriteItem(ReadOnlySpan<byte> name, ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var json = _events.Begin(name, output);
        json.WriteNumber("output_index"u8, item.Index);
        json.WritePropertyName("item"u8);
        item.WriteTo(json, StatusOf(name, item));
        _events.End(output);
    }

    private static ReadOnlySpan<byte> StatusOf(ReadOnlySpan<byte> name, ResponsesOutputItem item) =>
        name.SequenceEqual("response.output_item.added"u8) ? "in_progress"u8 : item.IsOpen ? "incomplete"u8 : "completed"u8;

    private Utf8JsonWriter BeginItemEvent(ReadOnlySpan<byte> name, ResponsesOutputItem item, IBufferWriter<byte> output)
    {
        var json = _events.Begin(name, output);
        json.WriteString("item_id"u8, item.Id);
        json.WriteNumber("output_index"u8, item.Index);
        return json;
    }
}
