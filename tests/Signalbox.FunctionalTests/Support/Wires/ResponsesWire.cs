using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

internal sealed class ResponsesWire : Wire
{
    private const string Message = """{"id":"m1","type":"message","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello there","annotations":[]}]}""";

    public override string Dialect => "openai-responses";

    public override string StreamContentType => "text/event-stream";

    public override IReadOnlySet<string> Finishes { get; } = new HashSet<string> { "stop", "length", "tool_calls", "content_filter" };

    public override (bool, bool, bool) Counts => (true, false, true);

    public override string Path(string model, bool stream) => "/v1/responses";

    public override string UpstreamPath(string model, bool stream) => "/responses";

    public override string Request(string model, bool stream, string prompt = "Say hello.") =>
        $$$"""{"model":"{{{model}}}","stream":{{{(stream ? "true" : "false")}}},"input":"{{{prompt}}}"}""";

    public override string Complete => Response("completed", Message, """{"input_tokens":9,"output_tokens":2,"total_tokens":11}""");

    public override IReadOnlyList<string> Pieces { get; } =
    [
        Event("response.created", 0, $$$"""{"response":{{{Response("in_progress", "", "null")}}}}"""),
        Event("response.in_progress", 1, $$$"""{"response":{{{Response("in_progress", "", "null")}}}}"""),
        Event("response.output_item.added", 2, """{"output_index":0,"item":{"id":"m1","type":"message","status":"in_progress","role":"assistant","content":[]}}"""),
        Event("response.content_part.added", 3, """{"item_id":"m1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"","annotations":[]}}"""),
        Event("response.output_text.delta", 4, """{"item_id":"m1","output_index":0,"content_index":0,"delta":"Hello"}"""),
        Event("response.output_text.delta", 5, """{"item_id":"m1","output_index":0,"content_index":0,"delta":" there"}"""),
        Event("response.output_text.done", 6, """{"item_id":"m1","output_index":0,"content_index":0,"text":"Hello there"}"""),
        Event("response.content_part.done", 7, """{"item_id":"m1","output_index":0,"content_index":0,"part":{"type":"output_text","text":"Hello there","annotations":[]}}"""),
        Event("response.output_item.done", 8, $$$"""{"output_index":0,"item":{{{Message}}}}"""),
        Event("response.completed", 9, $$$"""{"response":{{{Response("completed", Message, """{"input_tokens":9,"output_tokens":2,"total_tokens":11}""")}}}}"""),
    ];

    public override int TextPiece => 4;

    public override string Error(string message) => $$$"""{"error":{"message":"{{{message}}}","type":"server_error","param":null,"code":null}}""";

    public override string StreamError(string message) =>
        Event("error", 99, $$$"""{"code":"server_error","message":"{{{message}}}","param":null}""");

    public override Answer WalkComplete(JsonElement body)
    {
        var answer = new Answer().NoteError(body.Has("error") ? body.Str("error", "message") ?? body.At("error").ToString() : null);
        foreach (var item in body.Items("output"))
        {
            TakeItem(item, answer, withText: true);
        }

        TakeEnd(body, answer);
        return answer.Settle();
    }

    public override Answer WalkStream(string text)
    {
        var answer = new Answer();
        var done = new HashSet<long>();
        foreach (var frame in Frames.SseObjects(text))
        {
            switch (frame.Str("type"))
            {
                case "response.output_text.delta" or "response.refusal.delta":
                    answer.IsRefusal |= frame.Str("type") == "response.refusal.delta";
                    answer.Text.Append(frame.Str("delta"));
                    break;
                case "response.reasoning_summary_text.delta" or "response.reasoning_text.delta":
                    answer.Reasoning.Append(frame.Str("delta"));
                    break;
                case "response.output_item.done":
                    if (done.Add(frame.Num("output_index") ?? done.Count))
                    {
                        TakeItem(frame.At("item"), answer, withText: false);
                    }

                    break;
                case "response.completed" or "response.incomplete" or "response.failed":
                    // An error comes as an event of its own, and the response that failed repeats it.
                    answer.NoteError(frame.Str("response", "error", "message") is var error && error == answer.Error ? null : error);
                    TakeEnd(frame.At("response"), answer);
                    break;
                case "error":
                    answer.NoteError(frame.Str("message") ?? frame.Str("error", "message"));
                    break;
            }
        }

        return answer.Settle();
    }

    public override string ErrorMessage(CallerAnswer answer)
    {
        var error = answer.Json.At("error");
        Assert.Equal(JsonValueKind.Object, error.ValueKind);
        Assert.NotNull(error.Str("type"));
        Assert.True(error.TryGetProperty("param", out _) && error.TryGetProperty("code", out _), "param and code must be there, null or not");
        return error.Str("message")!;
    }

    private static void TakeItem(JsonElement item, Answer answer, bool withText)
    {
        switch (item.Str("type"))
        {
            case "message" when withText:
                foreach (var part in item.Items("content"))
                {
                    answer.Text.Append(part.Str("text")).Append(part.Str("refusal"));
                    answer.IsRefusal |= part.Has("refusal");
                }

                break;
            case "function_call":
                answer.Calls.Add(AnswerCall.Of(item.Str("name"), item.Str("arguments")));
                break;
        }
    }

    private static void TakeEnd(JsonElement response, Answer answer)
    {
        var status = response.Str("status");
        answer.HasCleanEnd = status is "completed" or "incomplete";
        answer.Finish = (status, response.Str("incomplete_details", "reason")) switch
        {
            ("completed", _) => "stop",
            ("incomplete", "content_filter") => "content_filter",
            ("incomplete", _) => "length",
            _ => null,
        };
        answer.Usage = new AnswerUsage
        {
            Input = response.Num("usage", "input_tokens"),
            Output = response.Num("usage", "output_tokens"),
            Cached = response.Num("usage", "input_tokens_details", "cached_tokens"),
            Reasoning = response.Num("usage", "output_tokens_details", "reasoning_tokens"),
        };
    }

    private static string Response(string status, string output, string usage) =>
        $$"""{"id":"r1","object":"response","created_at":1,"status":"{{status}}","error":null,"incomplete_details":null,"model":"m","output":[{{output}}],"usage":{{usage}}}""";

    private static string Event(string type, int number, string rest) =>
        $"event: {type}\ndata: {{\"type\":\"{type}\",\"sequence_number\":{number},{rest[1..]}\n\n";
}
