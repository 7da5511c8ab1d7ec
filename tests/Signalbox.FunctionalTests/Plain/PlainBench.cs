using System.Text.Json;
using Signalbox.FunctionalTests.Support;
using Signalbox.Inference.Tests.Support;
using Signalbox.Versions;

namespace Signalbox.FunctionalTests.Plain;

/// <summary>A gateway with three versions: <c>alpha</c> and <c>beta</c> at providers that say their own name over and over, and the small local model.</summary>
internal sealed class PlainBench : IAsyncDisposable
{
    public const string Local = "custom_model_built_0.0.0";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("plain-models");

    public FakeUpstream Upstream { get; private set; } = null!;

    public GatewayHarness Gateway { get; private set; } = null!;

    /// <param name="rest">Other sections of the configuration, beginning with a comma.</param>
    public static async Task<PlainBench> StartAsync(string rest = "")
    {
        var bench = new PlainBench { Upstream = await FakeUpstream.StartAsync() };
        RandomModels.Write(new RandomModel { ContextLength = 128, Metadata = static writer => writer.Set("general.sampling.temp", 0f) }, Path.Combine(bench._folder.FullName, "banking.gguf"));
        bench.Upstream.On("alpha", call => SayAsync(call, "alpha", logprobs: true));
        bench.Upstream.On("beta", call => SayAsync(call, "beta", logprobs: false));
        bench.Gateway = await GatewayHarness.StartAsync(bench.Config(rest));
        bench.Gateway.Runtime.Versions.Register(new ModelVersion("gone_v1", "nowhere/any"));
        return bench;
    }

    public string Config(string rest = "") => $$"""
        {
          "local": { "folder": "{{_folder.FullName}}" },
          "providers": {
            "openai": { "baseUrl": "{{Upstream.BaseUrl("alpha")}}", "apiKey": "key-of-alpha" },
            "beta": { "dialect": "openai-chat", "baseUrl": "{{Upstream.BaseUrl("beta")}}", "maxAttempts": 1 }
          },
          "models": { "gpt-4o": { "provider": "openai", "upstream": "gpt-4o" } },
          "versions": {
            "alpha_v1": { "model": "gpt-4o", "aliases": ["alpha"] },
            "beta_v1": { "model": "beta/any" }
          }{{rest}}
        }
        """;

    public Task<CallerAnswer> ChatAsync(string message, string more = "", params (string Name, string Value)[] headers) =>
        Gateway.AskAsync("/api/v1/chat", $$"""{"message":{{Quote(message)}}{{more}}}""", headers);

    public Task<CallerAnswer> CompleteAsync(string more = "", string path = "/api/v1/chat/completions") =>
        Gateway.AskAsync(path, $$"""{"messages":[{"role":"user","content":"hi"}]{{more}}}""");

    public Task<CallerAnswer> SwitchAsync(string version, params (string Name, string Value)[] headers) => Gateway.AskAsync($"/api/v1/model/switch/{version}", "", headers);

    public static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    /// <summary>A whole answer or a stream of the OpenAI protocol, as the call asks for.</summary>
    public static async Task SayAsync(UpstreamCall call, string word, bool logprobs)
    {
        var wanted = logprobs && call.Json.TryGetProperty("logprobs", out var flag) && flag.ValueKind == JsonValueKind.True;
        if (!(call.Json.TryGetProperty("stream", out var stream) && stream.GetBoolean()))
        {
            var evidence = wanted ? $$""","logprobs":{"content":[{"token":"{{word}}","logprob":-0.5,"bytes":null,"top_logprobs":[]},{"token":" {{word}}","logprob":-0.1,"bytes":null,"top_logprobs":[]}]}""" : "";
            await call.AnswerAsync(200, "application/json", $$$"""
                {"id":"c","object":"chat.completion","created":1,"model":"{{{word}}}-model","choices":[{"index":0,"message":{"role":"assistant","content":"{{{word}}} {{{word}}} {{{word}}}"}{{{evidence}}},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":3,"total_tokens":12}}
                """);
            return;
        }

        await call.StartAsync(200, "text/event-stream");
        foreach (var piece in (string[])[word, " " + word, "\n" + word])
        {
            await call.SendAsync($$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"{{word}}-model","choices":[{"index":0,"delta":{"content":{{Quote(piece)}}},"finish_reason":null}]}""" + "\n\n");
        }

        await call.SendAsync($$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"{{word}}-model","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""" + "\n\ndata: [DONE]\n\n");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
