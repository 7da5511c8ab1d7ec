using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.Benchmarks;

/// <summary>
/// Upstreams that play a model of one's own, a fine-tuned one and a hosted one, and one that fails. Each takes its set time on a clock that
/// its answers move, so that a busy machine changes nothing.
/// </summary>
internal sealed class ContestBench : IAsyncDisposable
{
    private ContestBench(FakeUpstream upstream) => Upstream = upstream;

    public FakeUpstream Upstream { get; }

    public ManualTimeProvider Clock { get; } = new();

    public string Providers => $$"""
        "providers": {
          "custom": { "dialect": "openai-chat", "baseUrl": "{{Upstream.BaseUrl("custom")}}", "locality": "local" },
          "qlora": { "dialect": "openai-chat", "baseUrl": "{{Upstream.BaseUrl("qlora")}}" },
          "gemini": { "dialect": "gemini", "baseUrl": "{{Upstream.BaseUrl("gemini")}}", "apiKey": "k" },
          "broken": { "dialect": "openai-chat", "baseUrl": "{{Upstream.BaseUrl("broken")}}" }
        },
        "models": {
          "custom_model": { "provider": "custom", "upstream": "m", "price": { "input": 0, "output": 0 } },
          "qlora_model": { "provider": "qlora", "upstream": "m", "price": { "input": 10, "output": 40 } },
          "gemini_model": { "provider": "gemini", "upstream": "gemini-2.0-flash", "price": { "input": 100, "output": 400 } },
          "broken_model": { "provider": "broken", "upstream": "m" }
        },
        "resilience": { "maxAttempts": 1, "breaker": { "enabled": false }, "cooldown": { "enabled": false } }
        """;

    public static async Task<ContestBench> StartAsync()
    {
        var bench = new ContestBench(await FakeUpstream.StartAsync());
        bench.Play("custom", "openai-chat", 40);
        bench.Play("qlora", "openai-chat", 42);
        bench.Play("gemini", "gemini", 400);
        bench.Upstream.On("broken", static call => call.AnswerAsync(500, "application/json", """{"error":{"message":"the model has crashed"}}"""));
        return bench;
    }

    /// <summary>A file of prompts, all with the reference that the upstreams know.</summary>
    public static string WritePrompts(string folder, int count)
    {
        var file = Path.Combine(folder, "prompts.jsonl");
        File.WriteAllLines(file, Enumerable.Range(0, count).Select(static i => $$"""{"prompt": "Greeting {{i}}?", "reference": "Hello there", "task": "greetings"}"""));
        return file;
    }

    public ValueTask DisposeAsync() => Upstream.DisposeAsync();

    private void Play(string provider, string dialect, int milliseconds) => Upstream.On(provider, async call =>
    {
        Clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        await Good.AnswerAsync(call, Wire.Of(dialect), stream: true);
    });
}
