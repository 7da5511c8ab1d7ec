using System.Net;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>What the server adds to a relayed or translated request: protocols, headers, credentials, lists.</summary>
public class ServedRequestsTests
{
    [Fact]
    public async Task One_port_speaks_HTTP_1_and_HTTP_2_without_TLS()
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            using var client = bench.Gateway.CreateClient(version);
            foreach (var wire in Wire.All)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, wire.Path(wire.Dialect + "/m", true))
                {
                    Version = version,
                    VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                    Content = new StringContent(wire.Request(wire.Dialect + "/m", true)),
                };
                using var response = await Patience.For(client.SendAsync(request, Patience.Token), $"an answer over HTTP/{version}");
                var answer = await CallerAnswer.ReadAsync(response);

                Assert.Equal(version, response.Version);
                Assert.Equal(Wire.SampleText, wire.WalkStream(answer.Text).Text.ToString());
            }
        }
    }

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://other.example", false)]
    [InlineData("null", false)]
    public async Task Web_pages_of_configured_origins_are_answered_and_others_are_refused(string origin, bool allowed)
    {
        await using var bench = await SampleBench.StartAsync(""", "server": { "cors": { "origins": ["https://app.example"] } }""");
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/chat/completions");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "authorization,content-type");

        using var response = await Patience.For(bench.Gateway.Client.SendAsync(preflight, Patience.Token), "an answer to the preflight");
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("openai-chat/m", false), ("Origin", origin));

        Assert.Equal(allowed, response.StatusCode == HttpStatusCode.NoContent);
        Assert.Equal(allowed, response.Headers.Contains("Access-Control-Allow-Headers"));
        Assert.Equal(allowed ? 200 : 403, answer.Status);
        Assert.Equal(allowed ? null : "permission", answer.Headers.GetValueOrDefault("x-signalbox-error"));
        Assert.Equal(allowed ? origin : null, answer.Headers.GetValueOrDefault("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task Keys_of_callers_never_reach_a_provider_and_the_providers_own_key_does()
    {
        await using var bench = await SampleBench.StartAsync();
        const string Secret = "key-of-the-caller";
        foreach (var wire in Wire.All)
        {
            foreach (var target in Wire.All)
            {
                var path = wire.Path(target.Dialect + "/m", false);
                await bench.Gateway.AskAsync(path + (path.Contains('?') ? "&" : "?") + "key=" + Secret, wire.Request(target.Dialect + "/m", false),
                    ("Authorization", "Bearer " + Secret), ("x-api-key", Secret), ("api-key", Secret), ("x-goog-api-key", Secret), ("Cookie", "a=" + Secret), ("x-forwarded-for", "10.0.0.1"));
                var call = await bench.Upstream.NextCallAsync();
                var said = string.Join('\n', call.Headers.Select(static header => $"{header.Key}: {header.Value}")) + call.Path + call.Query + call.Text;

                Assert.DoesNotContain(Secret, said, StringComparison.Ordinal);
                Assert.DoesNotContain("10.0.0.1", said, StringComparison.Ordinal);
                Assert.Contains(call.Headers, static header => header.Value.Contains(SampleBench.ProviderKey, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public async Task Request_ids_rate_limits_and_retry_after_of_a_provider_come_back_to_callers_of_its_dialect()
    {
        await using var bench = await SampleBench.StartAsync(""", "resilience": { "cooldown": { "enabled": false } }""");
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("openai-chat", call => call.Header("x-request-id", "req_1").Header("x-ratelimit-remaining-requests", "7").AnswerAsync(200, "application/json", chat.Complete));
        var answer = await bench.Gateway.AskAsync(chat.Path("", false), chat.Request("openai-chat/m", false));
        Assert.Equal(("req_1", "7"), (answer.Headers["x-request-id"], answer.Headers["x-ratelimit-remaining-requests"]));
        Assert.Equal(("openai-chat/m", "1", "bypass"), (answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-cache"]));

        bench.Upstream.On("openai-chat", call => call.Header("retry-after", "12").Header("x-request-id", "req_2").AnswerAsync(429, "application/json", chat.Error("slow down")));
        answer = await bench.Gateway.AskAsync(chat.Path("", false), chat.Request("openai-chat/m", false));
        Assert.Equal((429, "12", "req_2", "rate_limited"), (answer.Status, answer.Headers["Retry-After"], answer.Headers["x-request-id"], answer.ErrorWord));
        Assert.Equal(chat.Error("slow down"), answer.Text);

        var messages = Wire.Of("anthropic-messages");
        answer = await bench.Gateway.AskAsync(messages.Path("", false), messages.Request("openai-chat/m", false));
        Assert.Equal((429, "12"), (answer.Status, answer.Headers["Retry-After"]));
        Assert.Contains("slow down", messages.ErrorMessage(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Losses_are_named_and_a_strict_route_refuses_them()
    {
        await using var bench = await SampleBench.StartAsync(""", "routes": { "loose": { "models": ["anthropic-messages/m"] }, "tight": { "models": ["anthropic-messages/m"], "strict": true } }""");
        static string Body(string model) => $$"""{"model":"{{model}}","seed":7,"max_tokens":5,"messages":[{"role":"user","content":"x"}]}""";

        var loose = await bench.Gateway.AskAsync("/v1/chat/completions", Body("loose"));
        var tight = await bench.Gateway.AskAsync("/v1/chat/completions", Body("tight"));

        Assert.Equal(200, loose.Status);
        Assert.Contains("seed;dropped", loose.Headers["x-signalbox-loss"], StringComparison.Ordinal);
        Assert.Equal((400, "invalid_request"), (tight.Status, tight.ErrorWord));
        Assert.Contains("seed", tight.Text, StringComparison.Ordinal);
        Assert.Single(bench.Upstream.Calls);
    }

    [Fact]
    public async Task Models_are_listed_in_the_shape_of_each_SDK()
    {
        await using var bench = await SampleBench.StartAsync(""", "models": { "mine": { "provider": "openai-chat", "upstream": "m" } }""");
        var openAi = (await bench.Gateway.GetAsync("/v1/models")).Json;
        var anthropic = (await bench.Gateway.GetAsync("/v1/models", ("anthropic-version", "2023-06-01"))).Json;
        var gemini = (await bench.Gateway.GetAsync("/v1beta/models")).Json;
        var ollama = (await bench.Gateway.GetAsync("/api/tags")).Json;

        Assert.Equal("list", openAi.Str("object"));
        Assert.Contains(openAi.Items("data"), static model => model.Str("id") == "mine" && model.Str("object") == "model");
        Assert.Contains(anthropic.Items("data"), static model => model.Str("id") == "mine" && model.Str("type") == "model");
        Assert.Contains(gemini.Items("models"), static model => model.Str("name") == "models/mine");
        Assert.Contains(ollama.Items("models"), static model => model.Str("name") is { } name && name.StartsWith("mine", StringComparison.Ordinal));
        Assert.Equal("mine", (await bench.Gateway.GetAsync("/v1/models/mine")).Json.Str("id"));
        Assert.Equal(404, (await bench.Gateway.GetAsync("/v1/models/none")).Status);
    }
}
