using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Network;

/// <summary>What a healthy provider answers to whatever it is asked: chat, embeddings, token counts.</summary>
internal static class SideAnswers
{
    public static Task AnswerAsync(UpstreamCall call, Wire wire)
    {
        var json = call.Path switch
        {
            var path when path.EndsWith("/embeddings", StringComparison.Ordinal) =>
                """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""",
            var path when path.EndsWith("/embed", StringComparison.Ordinal) => """{"model":"m","embeddings":[[0.25,-0.5]],"prompt_eval_count":3}""",
            var path when path.Contains("mbedContent", StringComparison.Ordinal) => """{"embedding":{"values":[0.25,-0.5]}}""",
            var path when path.EndsWith("/count_tokens", StringComparison.Ordinal) => """{"input_tokens":77}""",
            var path when path.EndsWith(":countTokens", StringComparison.Ordinal) => """{"totalTokens":78}""",
            var path when path.EndsWith("/completions", StringComparison.Ordinal) && !path.Contains("chat", StringComparison.Ordinal) =>
                """{"id":"x","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"Hello there","finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""",
            _ => null,
        };
        return json is not null ? call.AnswerAsync(200, "application/json", json) : Good.AnswerAsync(call, wire, IsStream(call, wire));
    }

    public static bool IsStream(UpstreamCall call, Wire wire) => wire.Dialect == "gemini"
        ? call.Path.Contains("streamGenerate", StringComparison.Ordinal)
        : call.Json.At("stream").ValueKind == System.Text.Json.JsonValueKind.True;
}
