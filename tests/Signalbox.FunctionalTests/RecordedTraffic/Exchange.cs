using System.Text;
using System.Text.Json;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>A recording, with what it takes to play it again through the gateway.</summary>
internal sealed class Exchange
{
    /// <summary>Providers whose differences the gateway knows; others go under a name that it knows nothing of.</summary>
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["openai/chat"] = "openai", ["openai/completions"] = "openai", ["openai/embeddings"] = "openai", ["mistral/chat"] = "mistral", ["groq/chat"] = "groq",
        ["openrouter/chat"] = "openrouter", ["deepseek/chat"] = "deepseek", ["xai/chat"] = "xai", ["together/chat"] = "together",
        ["vllm/chat"] = "vllm", ["llamacpp/chat"] = "llamacpp", ["anthropic/messages"] = "anthropic", ["gemini/generateContent"] = "gemini",
        ["gemini/streamGenerateContent"] = "gemini", ["ollama/ollama_chat"] = "ollama",
    };

    public Exchange(Recording recording)
    {
        Recording = recording;
        Wire = Wire.Of(recording.Api switch
        {
            "chat" or "completions" or "embeddings" => "openai-chat",
            "responses" => "openai-responses",
            "messages" or "rawPredict" => "anthropic-messages",
            "count_tokens" when recording.Path.Contains(":countTokens", StringComparison.Ordinal) => "gemini",
            "count_tokens" => "anthropic-messages",
            "generateContent" or "streamGenerateContent" or "embedContent" => "gemini",
            _ => "ollama",
        });
        Provider = Known.GetValueOrDefault($"{recording.Provider}/{recording.Api}", "any-" + Wire.Dialect);
        Model = HasRequest && recording.RequestBody.Str("model") is { Length: > 0 } named && Wire.Dialect != "gemini" ? named : ModelInPath(recording.Path);
    }

    public static IReadOnlyList<string> ProviderNames { get; } = [.. Known.Values.Distinct(), .. Wire.All.Select(static wire => "any-" + wire.Dialect)];

    public Recording Recording { get; }

    public Wire Wire { get; }

    /// <summary>The provider's name in the gateway's configuration.</summary>
    public string Provider { get; }

    /// <summary>The model's name at the provider.</summary>
    public string Model { get; }

    /// <summary>The model's name as a caller of the gateway says it.</summary>
    public string CallerModel => Recording.Api == "embedContent" ? Model : $"{Provider}/{Model}";

    public bool HasRequest => Recording.RequestBody.ValueKind == JsonValueKind.Object;

    public bool IsChat => Recording.Api is not ("completions" or "embeddings" or "embedContent" or "ollama_embed" or "count_tokens");

    public bool IsError => Recording.Status >= 400;

    public byte[] RequestBytes => Encoding.UTF8.GetBytes(Recording.RequestBody.GetRawText());

    public string AnswerText => Encoding.UTF8.GetString(Recording.Answer);

    /// <summary>The question for an answer whose own was not kept.</summary>
    public string AnyQuestion => Recording.Api == "completions"
        ? $$"""{"model":"{{CallerModel}}","prompt":"Say hello.","stream":{{(IsStreamed ? "true" : "false")}}}"""
        : Wire.Request(CallerModel, IsStreamed);

    public bool IsStreamed => Recording.Streaming || Recording.Api == "streamGenerateContent";

    /// <summary>A stream as one JSON array, which Google sends to whoever does not ask for events.</summary>
    public bool IsArray => Wire.Dialect == "gemini" && IsStreamed && AnswerText.TrimStart().StartsWith('[');

    public string CallerPath => Recording.Api switch
    {
        "completions" => "/v1/completions",
        "embeddings" => "/v1/embeddings",
        "ollama_embed" => "/api/embed",
        "ollama_generate" => "/api/generate",
        "count_tokens" when Wire.Dialect == "anthropic-messages" => "/v1/messages/count_tokens",
        "count_tokens" => $"/v1beta/models/{CallerModel}:countTokens",
        "embedContent" => $"/v1beta/models/{CallerModel}:batchEmbedContents",
        "streamGenerateContent" when !Recording.Path.Contains("alt=sse", StringComparison.Ordinal) && !IsSse => $"/v1beta/models/{CallerModel}:streamGenerateContent",
        _ => Wire.Path(CallerModel, IsStreamed),
    };

    /// <summary>Where the provider must be asked.</summary>
    public string UpstreamPath => Recording.Api switch
    {
        "completions" => "/completions",
        "embeddings" => "/embeddings",
        "ollama_embed" or "ollama_generate" => CallerPath,
        "count_tokens" when Wire.Dialect == "anthropic-messages" => CallerPath,
        _ when Wire.Dialect == "gemini" => CallerPath.Replace(CallerModel, Model, StringComparison.Ordinal),
        _ => Wire.UpstreamPath(Model, IsStreamed),
    };

    private bool IsSse => AnswerText.StartsWith("data:", StringComparison.Ordinal);

    /// <summary>
    /// Whether a successful status leads to an error, or to a stream that never gives a finish reason. Such a stream is broken, even
    /// where its provider puts <c>[DONE]</c> behind it.
    /// </summary>
    public bool FailsInside => !IsError && IsChat && Walk() is var walked && (walked.Error is not null || (IsStreamed && walked.Finish is null));

    public Answer Walk() => IsStreamed && !IsError ? Wire.WalkStream(AnswerText) : Wire.WalkComplete(Recording.AnswerJson);

    public static IReadOnlyList<Exchange> Load(bool answersOnly) =>
        [.. Recordings.Of(
            ["chat", "completions", "responses", "messages", "rawPredict", "generateContent", "streamGenerateContent", "ollama_chat", "ollama_generate",
                "embeddings", "embedContent", "ollama_embed", "count_tokens"], answersOnly)
            .Where(static recording => !IsMisfiled(recording)).Select(static recording => new Exchange(OneAnswer(recording)))];

    public override string ToString() => Recording.Id;

    /// <summary>Among the answers kept without their requests are token counts and a transcription under the name of a chat API.</summary>
    private static bool IsMisfiled(Recording recording) =>
        recording.RequestBody.ValueKind != JsonValueKind.Object && !recording.Streaming
        && (recording.AnswerJson.Has("totalTokens") || (recording.AnswerJson.Has("headers") && recording.AnswerJson.Has("body")));

    /// <summary>Some captures hold the streams of several turns, one after the other; the first is an answer.</summary>
    private static Recording OneAnswer(Recording recording)
    {
        var text = Encoding.UTF8.GetString(recording.Answer);
        foreach (var start in (string[])["event: message_start", "event: response.created"])
        {
            if (recording.Streaming && text.IndexOf(start, StringComparison.Ordinal) is >= 0 and var first
                && text.IndexOf(start, first + start.Length, StringComparison.Ordinal) is > 0 and var second)
            {
                return recording with { Answer = Encoding.UTF8.GetBytes(text[..second]) };
            }
        }

        return recording;
    }

    private static string ModelInPath(string path)
    {
        var start = path.LastIndexOf("models/", StringComparison.Ordinal);
        return start < 0 ? "some-model" : path[(start + 7)..].Split(':')[0];
    }
}
