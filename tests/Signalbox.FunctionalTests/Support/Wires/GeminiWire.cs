using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

internal sealed class GeminiWire : Wire
{
    private static readonly string[] Stops = ["STOP", "1"];
    private static readonly string[] Lengths = ["MAX_TOKENS", "2"];

    public override string Dialect => "gemini";

    public override string StreamContentType => "text/event-stream";

    public override IReadOnlySet<string> Finishes { get; } = new HashSet<string> { "stop", "length", "tool_calls", "content_filter" };

    public override (bool, bool, bool) Counts => (true, false, true);

    public override string Path(string model, bool stream) =>
        $"/v1beta/models/{model}:{(stream ? "streamGenerateContent?alt=sse" : "generateContent")}";

    public override string UpstreamPath(string model, bool stream) => Path(model, stream);

    public override string Request(string model, bool stream, string prompt = "Say hello.") =>
        $$$"""{"contents":[{"role":"user","parts":[{"text":"{{{prompt}}}"}]}]}""";

    public override string Complete => Chunk("Hello there", "\"finishReason\":\"STOP\",");

    public override IReadOnlyList<string> Pieces { get; } =
    [
        $"data: {Chunk("Hello", "")}\r\n\r\n",
        $"data: {Chunk(" there", "")}\r\n\r\n",
        $"data: {Chunk("", "\"finishReason\":\"STOP\",")}\r\n\r\n",
    ];

    public override int TextPiece => 0;

    public override string Error(string message) => $$$"""{"error":{"code":500,"message":"{{{message}}}","status":"INTERNAL"}}""";

    public override string StreamError(string message) => $"data: {Error(message)}\r\n\r\n";

    public override Answer WalkComplete(JsonElement body)
    {
        var answer = new Answer();
        Take(body, answer);
        return answer.Settle();
    }

    public override Answer WalkStream(string text)
    {
        var answer = new Answer();
        foreach (var chunk in text.TrimStart().StartsWith('[') ? Frames.ArrayItems(text) : Frames.SseObjects(text))
        {
            Take(chunk, answer);
        }

        return answer.Settle();
    }

    public override string ErrorMessage(CallerAnswer answer)
    {
        Assert.Equal(answer.Status, answer.Json.Num("error", "code"));
        Assert.NotNull(answer.Json.Str("error", "status"));
        return answer.Json.Str("error", "message")!;
    }

    private static void Take(JsonElement body, Answer answer)
    {
        answer.NoteError(body.Str("error", "message"));
        foreach (var candidate in body.Items("candidates").Where(static candidate => candidate.Num("index") is null or 0).Take(1))
        {
            foreach (var part in candidate.Items("content", "parts"))
            {
                (part.At("thought").ValueKind == JsonValueKind.True ? answer.Reasoning : answer.Text).Append(part.Str("text"));
                if (part.At("functionCall") is { ValueKind: JsonValueKind.Object } call)
                {
                    TakeCall(call, answer);
                }
            }

            var reason = candidate.At("finishReason").ToString();
            answer.Finish = FinishOf(reason) ?? answer.Finish;
            answer.HasCleanEnd |= reason.Length > 0;
        }

        if (body.Has("promptFeedback", "blockReason"))
        {
            answer.IsBlocked = true;
            answer.Finish = "content_filter";
            answer.HasCleanEnd = true;
        }

        if (body.At("usageMetadata") is { ValueKind: JsonValueKind.Object } usage)
        {
            answer.Usage = UsageOf(usage, answer.Usage);
        }
    }

    /// <summary>A whole call; or, where the caller asked for that, one whose arguments come value by value under the same name.</summary>
    private static void TakeCall(JsonElement call, Answer answer)
    {
        if (call.Str("name") is { Length: > 0 } name)
        {
            answer.Calls.Add(AnswerCall.Of(name, call.At("args") is { ValueKind: JsonValueKind.Object } args ? args.GetRawText() : ""));
        }

        foreach (var piece in call.Items("partialArgs"))
        {
            PartialArguments.Apply(answer.Calls[^1].Arguments, piece);
        }
    }

    /// <summary>The enumerations of Google's API may come as words or as numbers.</summary>
    private static string? FinishOf(string reason) => reason switch
    {
        "" or "FINISH_REASON_UNSPECIFIED" or "0" => null,
        _ when Stops.Contains(reason) => "stop",
        _ when Lengths.Contains(reason) => "length",
        "MALFORMED_FUNCTION_CALL" or "UNEXPECTED_TOOL_CALL" or "OTHER" or "5" => "stop",
        _ => "content_filter",
    };

    private static AnswerUsage UsageOf(JsonElement usage, AnswerUsage before)
    {
        var thoughts = usage.Num("thoughtsTokenCount") ?? before.Reasoning;
        var visible = usage.Num("candidatesTokenCount");
        return new AnswerUsage
        {
            Input = usage.Num("promptTokenCount") is { } prompt ? prompt + (usage.Num("toolUsePromptTokenCount") ?? 0) : before.Input,
            Output = visible is null && usage.Num("thoughtsTokenCount") is null ? before.Output : (visible ?? 0) + (thoughts ?? 0),
            Cached = usage.Num("cachedContentTokenCount") ?? before.Cached,
            Reasoning = thoughts,
        };
    }

    private static string Chunk(string text, string finish) =>
        $$$"""{"candidates":[{"content":{"parts":[{"text":"{{{text}}}"}],"role":"model"},{{{finish}}}"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11},"modelVersion":"m"}""";
}
