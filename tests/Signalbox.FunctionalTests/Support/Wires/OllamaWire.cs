using System.Text.Json;

namespace Signalbox.FunctionalTests.Support.Wires;

internal sealed class OllamaWire : Wire
{
    public override string Dialect => "ollama";

    public override string StreamContentType => "application/x-ndjson";

    public override IReadOnlySet<string> Finishes { get; } = new HashSet<string> { "stop", "length", "tool_calls" };

    public override (bool, bool, bool) Counts => (false, false, false);

    public override string Path(string model, bool stream) => "/api/chat";

    public override string UpstreamPath(string model, bool stream) => "/api/chat";

    public override string Request(string model, bool stream, string prompt = "Say hello.") =>
        $$$"""{"model":"{{{model}}}","stream":{{{(stream ? "true" : "false")}}},"messages":[{"role":"user","content":"{{{prompt}}}"}]}""";

    public override string Complete =>
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hello there"},"done":true,"done_reason":"stop","total_duration":5,"prompt_eval_count":9,"eval_count":2}""";

    public override IReadOnlyList<string> Pieces { get; } =
    [
        Line("Hello", "\"done\":false"),
        Line(" there", "\"done\":false"),
        Line("", "\"done\":true,\"done_reason\":\"stop\",\"total_duration\":5,\"prompt_eval_count\":9,\"eval_count\":2"),
    ];

    public override int TextPiece => 0;

    public override string Error(string message) => $$"""{"error":"{{message}}"}""";

    public override string StreamError(string message) => Error(message) + "\n";

    public override Answer WalkComplete(JsonElement body)
    {
        var answer = new Answer();
        Take(body, answer);
        return answer.Settle();
    }

    public override Answer WalkStream(string text)
    {
        var answer = new Answer();
        foreach (var line in Frames.Lines(text))
        {
            Take(line, answer);
        }

        return answer.Settle();
    }

    public override string ErrorMessage(CallerAnswer answer) => answer.Json.Str("error")!;

    private static void Take(JsonElement body, Answer answer)
    {
        answer.NoteError(body.Str("error"));
        answer.Text.Append(body.Str("message", "content")).Append(body.Str("response"));
        answer.Reasoning.Append(body.Str("message", "thinking")).Append(body.Str("thinking"));
        foreach (var call in body.Items("message", "tool_calls"))
        {
            answer.Calls.Add(AnswerCall.Of(call.Str("function", "name"), call.At("function", "arguments").GetRawText()));
        }

        if (body.At("done").ValueKind == JsonValueKind.True)
        {
            answer.HasCleanEnd = true;
            answer.Finish = body.Str("done_reason") == "length" ? "length" : "stop";
            answer.Usage = new AnswerUsage { Input = body.Num("prompt_eval_count"), Output = body.Num("eval_count") };
        }
    }

    private static string Line(string text, string end) =>
        $$$"""{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"{{{text}}}"},{{{end}}}}""" + "\n";
}
