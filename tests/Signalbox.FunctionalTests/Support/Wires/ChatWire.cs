using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

internal sealed class ChatWire : Wire
{
    private static readonly string Head = """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":""";

    public override string Dialect => "openai-chat";

    public override string StreamContentType => "text/event-stream";

    public override IReadOnlySet<string> Finishes { get; } = new HashSet<string> { "stop", "length", "tool_calls", "content_filter" };

    public override (bool, bool, bool) Counts => (true, false, true);

    public override string Path(string model, bool stream) => "/v1/chat/completions";

    public override string UpstreamPath(string model, bool stream) => "/chat/completions";

    public override string Request(string model, bool stream, string prompt = "Say hello.") =>
        $$$"""{"model":"{{{model}}}","stream":{{{(stream ? "true,\"stream_options\":{\"include_usage\":true}" : "false")}}},"messages":[{"role":"user","content":"{{{prompt}}}"}]}""";

    public override string Complete =>
        """{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hello there"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""";

    public override IReadOnlyList<string> Pieces { get; } =
    [
        Head + """{"role":"assistant","content":""},"finish_reason":null}]}""" + "\n\n",
        Head + """{"content":"Hello"},"finish_reason":null}]}""" + "\n\n",
        Head + """{"content":" there"},"finish_reason":null}]}""" + "\n\n",
        Head + """{},"finish_reason":"stop"}]}""" + "\n\n",
        """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}""" + "\n\n",
        "data: [DONE]\n\n",
    ];

    public override int TextPiece => 1;

    public override string Error(string message) => $$$"""{"error":{"message":"{{{message}}}","type":"server_error","param":null,"code":null}}""";

    public override string StreamError(string message) => $"data: {Error(message)}\n\n";

    public override Answer WalkComplete(JsonElement body)
    {
        var answer = new Answer { Usage = UsageOf(body), HasCleanEnd = body.Has("choices") }.NoteError(ErrorIn(body));
        var calls = new Dictionary<long, AnswerCall>();
        foreach (var choice in body.Items("choices").Take(1))
        {
            Take(choice.Has("message") ? choice.At("message") : choice, answer, calls);
            answer.Finish = FinishOf(choice.Str("finish_reason"));
        }

        return answer.Settle();
    }

    public override Answer WalkStream(string text)
    {
        var answer = new Answer();
        var calls = new Dictionary<long, AnswerCall>();
        foreach (var (_, data) in Frames.Sse(text))
        {
            if (data == "[DONE]")
            {
                answer.HasCleanEnd = true;
                continue;
            }

            var chunk = JsonWalk.Parse(data);
            answer.NoteError(ErrorIn(chunk));
            answer.Usage = UsageOf(chunk) is { Input: not null } usage ? usage : answer.Usage;
            foreach (var choice in chunk.Items("choices").Where(static choice => choice.Num("index") is null or 0).Take(1))
            {
                Take(choice.Has("delta") ? choice.At("delta") : choice, answer, calls);
                answer.Finish = FinishOf(choice.Str("finish_reason")) ?? answer.Finish;
                answer.HasCleanEnd |= choice.Has("finish_reason");
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

    /// <summary>A message, a piece of one, or a legacy choice. Pieces of calls are told apart by their index; some servers leave it out.</summary>
    private static void Take(JsonElement message, Answer answer, Dictionary<long, AnswerCall> calls)
    {
        answer.Text.Append(message.Str("text")).Append(message.Str("content")).Append(message.Str("refusal"));
        answer.IsRefusal |= message.Str("refusal") is { Length: > 0 };
        foreach (var part in message.Items("content").Where(static part => part.Str("type") == "text"))
        {
            answer.Text.Append(part.Str("text"));
        }

        answer.Reasoning.Append(message.Str("reasoning_content") ?? message.Str("reasoning"));
        foreach (var delta in message.Items("tool_calls").Where(static call => !call.Has("custom")))
        {
            TakeCall(delta, answer, calls);
        }

        if (message.Str("function_call", "name") is { Length: > 0 })
        {
            answer.Calls.Add(AnswerCall.Of(message.Str("function_call", "name"), message.Str("function_call", "arguments")));
        }
    }

    private static void TakeCall(JsonElement delta, Answer answer, Dictionary<long, AnswerCall> calls)
    {
        var function = delta.At("function");
        var index = delta.Num("index") ?? (function.Has("name") ? calls.Count : calls.Count - 1);
        if (!calls.TryGetValue(index, out var call))
        {
            answer.Calls.Add(calls[index] = call = AnswerCall.Of(function.Str("name"), null));
        }

        call.Arguments.Append(function.At("arguments") is { ValueKind: JsonValueKind.Object } whole ? whole.GetRawText() : function.Str("arguments"));
    }

    private static string? FinishOf(string? reason) => reason switch
    {
        null or "" => null,
        "stop" or "eos" => "stop",
        "length" => "length",
        "tool_calls" or "function_call" => "tool_calls",
        "content_filter" => "content_filter",
        _ => reason,
    };

    private static AnswerUsage UsageOf(JsonElement body)
    {
        var usage = body.Has("usage") ? body.At("usage") : body.At("x_groq", "usage");
        var (prompt, completion) = (usage.Num("prompt_tokens"), usage.Num("completion_tokens"));
        var reasoning = usage.Num("completion_tokens_details", "reasoning_tokens");
        // xAI counts reasoning apart from the completion; its total shows it.
        var isApart = reasoning > 0 && usage.Num("total_tokens") == prompt + completion + reasoning;
        return new AnswerUsage
        {
            Input = prompt,
            Output = isApart ? completion + reasoning : completion,
            Cached = usage.Num("prompt_tokens_details", "cached_tokens") ?? usage.Num("prompt_cache_hit_tokens"),
            Reasoning = reasoning,
        };
    }

    /// <summary>Errors of the many servers that say they are compatible: an object, a text, or flat.</summary>
    private static string? ErrorIn(JsonElement body) =>
        body.Has("error") ? body.Str("error", "message") ?? body.At("error").ToString()
        : body.Str("detail") ?? (body.Str("object") == "error" ? body.Str("message") : null);
}
