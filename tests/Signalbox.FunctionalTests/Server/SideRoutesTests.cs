using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>The routes beside chat: embeddings, token counts and the retired endpoints.</summary>
public class SideRoutesTests
{
    [Theory]
    [InlineData("openai-chat")]
    [InlineData("gemini")]
    [InlineData("ollama")]
    public async Task Embeddings_of_any_provider_are_given_in_each_callers_shape(string provider)
    {
        await using var bench = await SampleBench.StartAsync();
        bench.Upstream.On(provider, call => call.AnswerAsync(200, "application/json", provider switch
        {
            "openai-chat" => """{"object":"list","data":[{"object":"embedding","index":0,"embedding":[0.25,-0.5]}],"model":"m","usage":{"prompt_tokens":3,"total_tokens":3}}""",
            "gemini" => call.Path.Contains("batch", StringComparison.Ordinal) ? """{"embeddings":[{"values":[0.25,-0.5]}]}""" : """{"embedding":{"values":[0.25,-0.5]}}""",
            _ => """{"model":"m","embeddings":[[0.25,-0.5]],"prompt_eval_count":3}""",
        }));

        var chat = await bench.Gateway.AskAsync("/v1/embeddings", $$"""{"model":"{{provider}}/m","input":"hello"}""");
        var gemini = await bench.Gateway.AskAsync($"/v1beta/models/{provider}/m:embedContent", """{"content":{"parts":[{"text":"hello"}]}}""");
        var ollama = await bench.Gateway.AskAsync("/api/embed", $$"""{"model":"{{provider}}/m","input":"hello"}""");

        Assert.All([chat, gemini, ollama], static answer => Assert.True(answer.Status == 200, answer.Text));
        Assert.Equal([0.25, -0.5], chat.Json.Items("data").Single().Items("embedding").Select(static value => value.GetDouble()));
        Assert.Equal([0.25, -0.5], gemini.Json.At("embedding").Items("values").Select(static value => value.GetDouble()));
        Assert.Equal([0.25, -0.5], ollama.Json.Items("embeddings").Single().EnumerateArray().Select(static value => value.GetDouble()));
    }

    [Fact]
    public async Task Token_counts_are_asked_of_a_provider_of_the_dialect_and_estimated_elsewhere()
    {
        await using var bench = await SampleBench.StartAsync();
        bench.Upstream.On("anthropic-messages", static call => call.AnswerAsync(200, "application/json", """{"input_tokens":77}"""));
        bench.Upstream.On("gemini", static call => call.AnswerAsync(200, "application/json", """{"totalTokens":78}"""));
        static string Body(string model) => $$"""{"model":"{{model}}","messages":[{"role":"user","content":"four and four and four."}]}""";
        const string GeminiBody = """{"contents":[{"role":"user","parts":[{"text":"four and four and four."}]}]}""";

        Assert.Equal(77, (await bench.Gateway.AskAsync("/v1/messages/count_tokens", Body("anthropic-messages/m"))).Json.Num("input_tokens"));
        Assert.Equal(78, (await bench.Gateway.AskAsync("/v1beta/models/gemini/m:countTokens", GeminiBody)).Json.Num("totalTokens"));
        Assert.EndsWith("/count_tokens", (await bench.Upstream.NextCallAsync()).Path, StringComparison.Ordinal);
        Assert.EndsWith(":countTokens", (await bench.Upstream.NextCallAsync()).Path, StringComparison.Ordinal);
        bench.Upstream.Forget();

        var estimated = await bench.Gateway.AskAsync("/v1/messages/count_tokens", Body("openai-chat/m"));
        Assert.InRange(estimated.Json.Num("input_tokens")!.Value, 1, 50);
        Assert.Contains("input_tokens;approximated", estimated.Headers["x-signalbox-loss"], StringComparison.Ordinal);
        Assert.InRange((await bench.Gateway.AskAsync("/v1beta/models/openai-chat/m:countTokens", GeminiBody)).Json.Num("totalTokens")!.Value, 1, 50);
        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task Retired_completions_are_relayed_to_openai_and_translated_elsewhere()
    {
        await using var bench = await SampleBench.StartAsync();
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(200, "application/json",
            """{"id":"x","object":"text_completion","created":1,"model":"m","choices":[{"index":0,"text":"Hello there","finish_reason":"stop","logprobs":null}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"""));
        foreach (var wire in Wire.All)
        {
            var answer = await bench.Gateway.AskAsync("/v1/completions", $$"""{"model":"{{wire.Dialect}}/m","prompt":"Say hello.","max_tokens":9}""");

            Assert.True(answer.Status == 200, answer.Text);
            Assert.Equal("text_completion", answer.Json.Str("object"));
            Assert.Equal(Wire.SampleText, answer.Json.Items("choices").Single().Str("text"));
        }

        Assert.Equal("/completions", (await bench.Upstream.NextCallAsync()).Path);
    }

    [Fact]
    public async Task Ollamas_generate_is_served_by_every_provider()
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            if (wire.Dialect == "ollama")
            {
                bench.Upstream.On("ollama", static call => call.AnswerAsync(200, "application/json", """{"model":"m","created_at":"2026-01-01T00:00:00Z","response":"Hello there","done":true,"done_reason":"stop","prompt_eval_count":1,"eval_count":2}"""));
            }

            var answer = await bench.Gateway.AskAsync("/api/generate", $$"""{"model":"{{wire.Dialect}}/m","prompt":"Say hello.","stream":false}""");

            Assert.True(answer.Status == 200, answer.Text);
            Assert.Equal(Wire.SampleText, answer.Json.Str("response"));
            Assert.Equal("True", answer.Json.At("done").ToString());
        }
    }
}
