using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

internal sealed class MessagesWire : Wire
{
    public override string Dialect => "anthropic-messages";

    public override string StreamContentType => "text/event-stream";

    public override IReadOnlySet<string> Finishes { get; } = new HashSet<string> { "stop", "length", "tool_calls", "content_filter", "paused" };

    public override (bool, bool, bool) Counts => (true, true, false);

    public override string Path(string model, bool stream) => "/v1/messages";

    public override string UpstreamPath(string model, bool stream) => "/v1/messages";

    public override string Request(string model, bool stream, string prompt = "Say hello.") =>
        $$$"""{"model":"{{{model}}}","max_tokens":512,"stream":{{{(stream ? "true" : "false")}}},"messages":[{"role":"user","content":"{{{prompt}}}"}]}""";

    public override string Complete =>
        """{"id":"a1","type":"message","role":"assistant","model":"m","content":[{"type":"text","text":"Hello there"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":2}}""";

    public override IReadOnlyList<string> Pieces { get; } =
    [
        Event("message_start", """{"message":{"id":"a1","type":"message","role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":9,"output_tokens":1}}}"""),
        Event("content_block_start", """{"index":0,"content_block":{"type":"text","text":""}}"""),
        Event("content_block_delta", """{"index":0,"delta":{"type":"text_delta","text":"Hello"}}"""),
        Event("content_block_delta", """{"index":0,"delta":{"type":"text_delta","text":" there"}}"""),
        Event("content_block_stop", """{"index":0}"""),
        Event("message_delta", """{"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":2}}"""),
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    ];

    public override int TextPiece => 2;

    public override string Error(string message) => $$$"""{"type":"error","error":{"type":"api_error","message":"{{{message}}}"},"request_id":"q1"}""";

    public override string StreamError(string message) => $"event: error\ndata: {Error(message)}\n\n";

    public override Answer WalkComplete(JsonElement body)
    {
        var answer = new Answer
        {
            Finish = FinishOf(body.Str("stop_reason")),
            Usage = Merge(new AnswerUsage(), body.At("usage")),
            HasCleanEnd = body.Has("stop_reason"),
        }.NoteError(body.Str("error", "message"));
        foreach (var block in body.Items("content"))
        {
            switch (block.Str("type"))
            {
                case "text": answer.Text.Append(block.Str("text")); break;
                case "thinking": answer.Reasoning.Append(block.Str("thinking")); break;
                case "tool_use": answer.Calls.Add(AnswerCall.Of(block.Str("name"), block.At("input").GetRawText())); break;
            }
        }

        // Anthropic says tool_use itself: calls beside end_turn have been answered already, by its own tools.
        return answer;
    }

    public override Answer WalkStream(string text)
    {
        var answer = new Answer();
        var calls = new Dictionary<long, AnswerCall>();
        foreach (var frame in Frames.SseObjects(text))
        {
            switch (frame.Str("type"))
            {
                case "message_start":
                    answer.Usage = Merge(answer.Usage, frame.At("message", "usage"));
                    break;
                case "content_block_start" when frame.Str("content_block", "type") == "tool_use":
                    // A call may come whole, without any delta.
                    var input = frame.At("content_block", "input");
                    var whole = input.ValueKind == JsonValueKind.Object && input.EnumerateObject().Any() ? input.GetRawText() : "";
                    answer.Calls.Add(calls[frame.Num("index")!.Value] = AnswerCall.Of(frame.Str("content_block", "name"), whole));
                    break;
                case "content_block_start":
                    answer.Text.Append(frame.Str("content_block", "text"));
                    break;
                case "content_block_delta":
                    answer.Text.Append(frame.Str("delta", "text"));
                    answer.Reasoning.Append(frame.Str("delta", "thinking"));
                    calls.GetValueOrDefault(frame.Num("index")!.Value)?.Arguments.Append(frame.Str("delta", "partial_json"));
                    break;
                case "message_delta":
                    answer.Finish = FinishOf(frame.Str("delta", "stop_reason")) ?? answer.Finish;
                    answer.Usage = Merge(answer.Usage, frame.At("usage"));
                    answer.HasCleanEnd |= frame.Has("delta", "stop_reason");
                    break;
                case "message_stop":
                    answer.HasCleanEnd = true;
                    break;
                case "error":
                    answer.NoteError(frame.Str("error", "message"));
                    break;
            }
        }

        return answer;
    }

    public override string ErrorMessage(CallerAnswer answer)
    {
        Assert.Equal("error", answer.Json.Str("type"));
        Assert.NotNull(answer.Json.Str("error", "type"));
        return answer.Json.Str("error", "message")!;
    }

    private static string? FinishOf(string? reason) => reason switch
    {
        null => null,
        "end_turn" or "stop_sequence" => "stop",
        "max_tokens" or "model_context_window_exceeded" => "length",
        "tool_use" => "tool_calls",
        "refusal" => "content_filter",
        "pause_turn" => "paused",
        _ => reason,
    };

    /// <summary>Later counts replace earlier ones. Anthropic counts what was read from or written to its cache apart from the input.</summary>
    private static AnswerUsage Merge(AnswerUsage before, JsonElement usage)
    {
        var plain = usage.Num("input_tokens") ?? before.Input - (before.Cached ?? 0) - (before.CacheWrite ?? 0);
        var cached = usage.Num("cache_read_input_tokens") ?? before.Cached;
        var written = usage.Num("cache_creation_input_tokens") ?? before.CacheWrite;
        return new AnswerUsage
        {
            Input = plain + (cached ?? 0) + (written ?? 0),
            Output = usage.Num("output_tokens") ?? before.Output,
            Cached = cached,
            CacheWrite = written,
        };
    }

    private static string Event(string type, string rest) => $"event: {type}\ndata: {{\"type\":\"{type}\",{rest[1..]}\n\n";
}
