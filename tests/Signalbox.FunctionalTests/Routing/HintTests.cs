using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.FunctionalTests.Decisions;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>What a caller may say about a request, as header, in the body and in process, decides who answers.</summary>
public sealed class HintTests
{
    private const string Config = """
        , "models": {
            "weak":   { "provider": "openai-chat", "upstream": "w", "quality": 0.3, "price": { "input": 0.1, "output": 0.2 } },
            "middle": { "provider": "openai-chat", "upstream": "m", "quality": 0.6, "price": { "input": 1, "output": 2 } },
            "strong": { "provider": "ollama", "upstream": "s", "quality": 0.9, "price": { "input": 10, "output": 20 } } },
          "routes": {
            "plain": { "models": ["middle", "weak", "strong"] },
            "cloud": { "models": ["middle", "weak"] },
            "tasks": { "models": ["middle", "weak", "strong"], "tasks": { "translation": ["strong"], "haiku": ["weak"] } },
            "rules": { "strategy": "rules", "models": ["middle", "weak", "strong"], "rules": { "simpleQuality": 0 } },
            "by-tag": { "strategy": "ab", "models": ["weak", "strong"], "experiment": { "shares": { "weak": 0.5, "strong": 0.5 }, "by": "tag:team" } },
            "by-key": { "strategy": "ab", "models": ["weak", "strong"], "experiment": { "shares": { "weak": 0.5, "strong": 0.5 }, "by": "key" } },
            "by-session": { "strategy": "ab", "models": ["weak", "strong"], "experiment": { "shares": { "weak": 0.5, "strong": 0.5 }, "by": "session" } } }
        """;

    private const string CardPrompt = "My card is 4111 1111 1111 1111.";

    /// <summary>Route, name, value, and who answers; nobody for a refusal.</summary>
    public static TheoryData<string, string, string, string> Said => new()
    {
        { "plain", "cache", "bypass", "middle" },
        { "tasks", "task", "translation", "strong" },
        { "tasks", "task", "haiku", "weak" },
        { "rules", "complexity", "simple", "weak" },
        { "rules", "complexity", "0.05", "weak" },
        { "rules", "complexity", "complex", "strong" },
        { "plain", "sensitivity", "internal", "middle" },
        { "cloud", "sensitivity", "confidential", "nobody" },
        { "plain", "sensitivity", "confidential", "strong" },
        { "plain", "max_cost_usd", "0.0003", "weak" },
        { "plain", "strategy", "quality", "strong" },
        { "plain", "strategy", "cheapest", "weak" },
    };

    public static TheoryData<string> Dialects => [.. Wire.All.Select(static wire => wire.Dialect)];

    [Theory]
    [MemberData(nameof(Said))]
    public async Task A_header_and_a_field_of_the_body_and_a_property_in_process_say_the_same(string route, string name, string value, string expected)
    {
        await using var bench = await SampleBench.StartAsync(Config);
        foreach (var wire in Wire.All)
        {
            var path = wire.Path(route, false);
            var inHeader = await bench.Gateway.AskAsync(path, wire.Request(route, false), (Header(name), value));
            var inBody = await bench.Gateway.AskAsync(path, WithObject(wire.Request(route, false), name, value));
            Assert.Equal((expected, expected), (ModelOf(inHeader), ModelOf(inBody)));
        }

        var services = new ServiceCollection();
        services.AddSignalbox(options => options.ConfigJson = SampleBench.Config(bench.Upstream, Config));
        await using var provider = services.BuildServiceProvider();
        Assert.Equal(expected, await AskInProcessAsync(provider.GetRequiredService<IChatClient>(), route, name, value, bench.Upstream));
        Assert.All(bench.Upstream.Calls, static call => Assert.DoesNotContain("signalbox", call.Text + string.Join(' ', call.Headers.Keys), StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_body_is_relayed_without_the_object_and_with_every_other_byte()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        await bench.Gateway.AskAsync("/v1/chat/completions", """{ "zzz": [1.50],  "signalbox": {"tags": {"team": "a"}}, "model":"plain", "messages":[{"role":"user","content":"Hi \u0041"}] }""");

        Assert.Equal("""{ "zzz": [1.50],   "model":"m", "messages":[{"role":"user","content":"Hi \u0041"}] }""", Assert.Single(bench.Upstream.Calls).Text);
    }

    [Fact]
    public async Task A_caller_cannot_lower_what_was_detected()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("", false), WithObject(wire.Request("cloud", false, CardPrompt), "sensitivity", "public"), ("x-signalbox-sensitivity", "internal"));

        Assert.Equal((400, "no_candidate"), (answer.Status, answer.ErrorWord));
        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task The_longest_latency_removes_models_that_were_slower()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var wire = Wire.Of("openai-chat");
        Assert.Equal("middle", ModelOf(await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("plain", false))));
        var answer = await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("plain", false), ("x-signalbox-max-latency-ms", "0.001"));

        Assert.Equal("weak", ModelOf(answer));
        var decision = await bench.Gateway.DecisionOfAsync(answer);
        Assert.Equal("max_latency", decision.Items("candidates").First().Str("removed"));
    }

    [Fact]
    public async Task Tags_are_kept_on_the_ledger_row_of_chats_and_of_embeddings()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var wire = Wire.Of("openai-chat");
        await bench.Gateway.AskAsync(wire.Path("", false), WithObject(wire.Request("plain", false), "tags", "team=red"), ("x-signalbox-tags", "job=nightly, run=7"));
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(200, "application/json", """{"object":"list","model":"m","data":[{"object":"embedding","index":0,"embedding":[0.5]}],"usage":{"prompt_tokens":1,"total_tokens":1}}"""));
        var embedded = await bench.Gateway.AskAsync("/v1/embeddings", """{"model":"openai-chat/e","input":"hello"}""", ("x-signalbox-tags", "job=nightly"));

        Assert.True(embedded.Status == 200, embedded.Text);
        await bench.Gateway.DecisionOfAsync(embedded);
        var records = bench.Gateway.Journal.ToList();
        Assert.Equal(["job=nightly,run=7,team=red", "job=nightly"], records.Select(static record => string.Join(',', record.Tags.Select(static tag => $"{tag.Key}={tag.Value}").Order())));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_wrong_word_is_refused_in_the_callers_dialect_and_named(string dialect)
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var wire = Wire.Of(dialect);
        foreach (var (name, value) in ((string, string)[])[("task", "dancing"), ("complexity", "1.5"), ("sensitivity", "secret"), ("max_cost_usd", "-1"), ("max_latency_ms", "soon"), ("strategy", "best"), ("cache", "no"), ("tags", "team"), ("taks", "chat")])
        {
            var inHeader = await bench.Gateway.AskAsync(wire.Path("plain", false), wire.Request("plain", false), (Header(name), value));
            var inBody = await bench.Gateway.AskAsync(wire.Path("plain", false), WithObject(wire.Request("plain", false), name, value));
            Assert.Equal((400, "invalid_request", 400, "invalid_request"), (inHeader.Status, inHeader.ErrorWord, inBody.Status, inBody.ErrorWord));
            Assert.Contains(Header(name), wire.ErrorMessage(inHeader), StringComparison.Ordinal);
            Assert.Contains("signalbox." + name, wire.ErrorMessage(inBody), StringComparison.Ordinal);
        }

        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task An_experiment_by_tag_is_sticky_and_in_shares()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var first = await GroupAsync(i => AskAsync(bench, "by-tag", ("x-signalbox-tags", $"other=1,team=t{i}")));
        var second = await GroupAsync(i => AskAsync(bench, "by-tag", ("x-signalbox-tags", $"team=t{i},other={i}")));

        Assert.Equal(first, second);
        Assert.InRange(first.Count(static model => model == "weak"), 35, 85);
    }

    [Fact]
    public async Task An_experiment_by_key_knows_a_key_however_it_is_presented_and_keeps_none()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var first = await GroupAsync(i => AskAsync(bench, "by-key", ("Authorization", $"Bearer a-callers-key-{i}")));
        var second = await GroupAsync(i => AskAsync(bench, "by-key", ("x-api-key", $"a-callers-key-{i}")));

        Assert.Equal(first, second);
        Assert.InRange(first.Count(static model => model == "weak"), 35, 85);
        Assert.DoesNotContain("a-callers-key", string.Join(' ', bench.Gateway.Journal.ToList()) + (await bench.Gateway.GetAsync("/admin/decisions?limit=1000")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_experiment_by_session_stays_with_a_conversation()
    {
        await using var bench = await SampleBench.StartAsync(Config);
        var first = await GroupAsync(i => AskTextAsync(bench, $$"""{"model":"by-session","messages":[{"role":"user","content":"Question {{i}}"}]}"""));
        var second = await GroupAsync(i => AskTextAsync(bench, $$"""{"model":"by-session","messages":[{"role":"user","content":"Question {{i}}"},{"role":"assistant","content":"Well."},{"role":"user","content":"And then?"}]}"""));

        Assert.Equal(first, second);
        Assert.InRange(first.Count(static model => model == "weak"), 35, 85);
    }

    [Fact]
    public async Task A_client_in_process_is_not_shown_what_was_said_to_the_gateway()
    {
        var own = new EchoClient(static _ => [new TextContent("Hello.")]);
        var services = new ServiceCollection();
        services.AddSignalbox(options =>
        {
            options.ConfigJson = """{ "providers": { "unused": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9" } } }""";
            options.AddClient("own", own);
        });
        await using var provider = services.BuildServiceProvider();
        var asked = new ChatOptions { ModelId = "own/m", AdditionalProperties = new() { ["signalbox.task"] = "chat", ["mine"] = 1 } };
        await provider.GetRequiredService<IChatClient>().GetResponseAsync("Hi", asked, Patience.Token);

        Assert.Equal("mine", Assert.Single(own.Options!.AdditionalProperties!).Key);
        Assert.Equal(2, asked.AdditionalProperties.Count);
    }

    private static async Task<List<string>> GroupAsync(Func<int, Task<string>> ask)
    {
        var models = new List<string>();
        for (var i = 0; i < 120; i++)
        {
            models.Add(await ask(i));
        }

        return models;
    }

    private static async Task<string> AskAsync(SampleBench bench, string route, params (string, string)[] headers)
    {
        var wire = Wire.Of("openai-chat");
        return ModelOf(await bench.Gateway.AskAsync(wire.Path("", false), wire.Request(route, false), headers));
    }

    private static async Task<string> AskTextAsync(SampleBench bench, string body) => ModelOf(await bench.Gateway.AskAsync("/v1/chat/completions", body));

    private static async Task<string> AskInProcessAsync(IChatClient chat, string route, string name, string value, FakeUpstream upstream)
    {
        var before = upstream.Calls.Count;
        try
        {
            await chat.GetResponseAsync("Say hello.", new ChatOptions { ModelId = route, AdditionalProperties = new() { ["signalbox." + name] = value } }, Patience.Token);
        }
        catch (SignalboxException)
        {
            Assert.Equal(before, upstream.Calls.Count);
            return "nobody";
        }

        return NameOf(upstream.Calls.Last().Json.Str("model"));
    }

    private static string Header(string name) => "x-signalbox-" + name.Replace('_', '-');

    private static string WithObject(string body, string name, string value)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        json["signalbox"] = new JsonObject { [name] = value };
        return json.ToJsonString();
    }

    private static string ModelOf(CallerAnswer answer) =>
        answer.ErrorWord is { } word ? word == "no_candidate" ? "nobody" : word + ": " + answer.Text : NameOf(answer.Headers["x-signalbox-model"].Split('/')[1]);

    private static string NameOf(string? upstream) => upstream switch { "w" => "weak", "m" => "middle", "s" => "strong", var other => other ?? "" };
}
