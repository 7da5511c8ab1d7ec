using System.Text;

namespace Signalbox.Bench.Gateway;

/// <summary>What the upstream answers and what the clients ask: synthetic text, written into the workspace at every run.</summary>
internal static class Payloads
{
    public const string CompletionFile = "completion.json";
    public const string StreamFile = "stream.sse";
    public const string ShortStreamFile = "short-stream.sse";

    /// <summary>Every content event has this length, so that nginx can write one event at a time.</summary>
    public const int EventLength = 320;
    public const int ContentEvents = 500;

    /// <summary>The first word of every answer: the first token is there when this is.</summary>
    public const string FirstWord = "Departures";

    private const int CompletionLength = 1024;
    private const int PromptLength = 850;
    private const int ShortContentEvents = 20;
    private static readonly string RoleEvent = Event("""{"role":"assistant","content":"","refusal":null}""");
    private static readonly string[] Words =
        ["the", "next", "train", "on", "track", "two", "is", "late", "because", "a", "signal", "near", "Harbour", "Junction", "stays", "red"];

    public static void Write(Workspace workspace)
    {
        workspace.Write(CompletionFile, Completion());
        workspace.Write(StreamFile, RoleEvent + Stream(ContentEvents, firstDelta: ""));
        // Here the first event is the first token, as some providers send it: no pause of the upstream comes before it.
        workspace.Write(ShortStreamFile, Stream(ShortContentEvents, firstDelta: "\"role\":\"assistant\","));
    }

    /// <summary>An openai-chat request of about 1 KB.</summary>
    public static string OpenAiRequest(string model, bool stream) => $$"""
        {"model":"{{model}}","messages":[{"role":"system","content":"You announce trains."},{"role":"user","content":"{{Prose(PromptLength)}}"}],"temperature":0.5,"max_tokens":600{{(stream ? ",\"stream\":true" : "")}}}
        """;

    /// <summary>The same request as an anthropic-messages client sends it.</summary>
    public static string AnthropicRequest(string model, bool stream) => $$"""
        {"model":"{{model}}","system":"You announce trains.","messages":[{"role":"user","content":"{{Prose(PromptLength)}}"}],"temperature":0.5,"max_tokens":600{{(stream ? ",\"stream\":true" : "")}}}
        """;

    private static string Completion()
    {
        const string Before = """{"id":"chatcmpl-bench0001","object":"chat.completion","created":1760000000,"model":"bench-model","choices":[{"index":0,"message":{"role":"assistant","content":""" + "\"";
        const string After = "\"" + ""","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":180,"completion_tokens":96,"total_tokens":276,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}},"service_tier":"default","system_fingerprint":"fp_bench"}""";
        return Before + Prose(CompletionLength - Before.Length - After.Length) + After;
    }

    private static string Stream(int contentEvents, string firstDelta)
    {
        var text = new StringBuilder();
        text.Append(Event("{" + firstDelta + "\"content\":\"" + FirstWord + "\"}"));
        for (var i = 1; i < contentEvents; i++)
        {
            text.Append(Event($$"""{"content":" {{Words[i % Words.Length]}}"}"""));
        }
        text.Append("""data: {"id":"chatcmpl-bench0001","object":"chat.completion.chunk","created":1760000000,"model":"bench-model","service_tier":"default","system_fingerprint":"fp_bench","choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}""").Append("\n\n");
        text.Append($$$$"""data: {"id":"chatcmpl-bench0001","object":"chat.completion.chunk","created":1760000000,"model":"bench-model","service_tier":"default","system_fingerprint":"fp_bench","choices":[],"usage":{"prompt_tokens":180,"completion_tokens":{{{{contentEvents}}}},"total_tokens":{{{{180 + contentEvents}}}},"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}""").Append("\n\n");
        return text.Append("data: [DONE]\n\n").ToString();
    }

    private static string Event(string delta)
    {
        var start = $$"""data: {"id":"chatcmpl-bench0001","object":"chat.completion.chunk","created":1760000000,"model":"bench-model","service_tier":"default","system_fingerprint":"fp_bench","choices":[{"index":0,"delta":{{delta}},"logprobs":null,"finish_reason":null}],"obfuscation":""" + "\"";
        const string End = "\"}\n\n";
        return start + new string('x', EventLength - start.Length - End.Length) + End;
    }

    private static string Prose(int length)
    {
        var text = new StringBuilder(FirstWord);
        for (var i = 0; text.Length < length; i++)
        {
            text.Append(' ').Append(Words[i % Words.Length]);
        }
        text.Length = length;
        return text.ToString();
    }
}
