using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.FunctionalTests.Support;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.FunctionalTests.LocalModels;

/// <summary>Model files of this machine through the running server.</summary>
public sealed class LocalModelTests
{
    [Fact]
    public async Task A_file_in_the_folder_answers_in_every_dialect_costs_nothing_and_stays_here()
    {
        await using var bench = await LocalBench.StartAsync();
        (string Path, string Body)[] requests =
        [
            ("/v1/chat/completions", """{"model":"local/small","max_tokens":8,"messages":[{"role":"user","content":"hi"}]}"""),
            ("/v1/responses", """{"model":"local/small","max_output_tokens":16,"input":"hi"}"""),
            ("/v1/messages", """{"model":"local/small","max_tokens":8,"messages":[{"role":"user","content":"hi"}]}"""),
            ("/v1beta/models/local/small:generateContent", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":8}}"""),
            ("/api/chat", """{"model":"local/small","stream":false,"messages":[{"role":"user","content":"hi"}],"options":{"num_predict":8}}"""),
        ];
        foreach (var (path, body) in requests)
        {
            var answer = await bench.Gateway.AskAsync(path, body);
            Assert.True(answer.Status == 200, $"{path}: {answer.Text}");
            Assert.Equal("local/small", answer.Headers["x-signalbox-model"]);
            Assert.Equal("0", answer.Headers["x-signalbox-cost-usd"]);
        }

        var model = Assert.Single(bench.Gateway.Runtime.Snapshot.Models);
        Assert.Equal(("local/small", Locality.Local, 512), (model.Id, model.Locality, model.Model.ContextWindow));
    }

    [Fact]
    public async Task A_stream_brings_the_same_text_as_a_complete_answer_of_the_same_seed()
    {
        await using var bench = await LocalBench.StartAsync();
        var whole = (await bench.ChatAsync("local/small", ",\"seed\":7")).Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
        var stream = await bench.ChatAsync("local/small", ",\"seed\":7,\"stream\":true");
        var text = string.Concat(stream.Text.Split("\n\n").Where(static frame => frame.StartsWith("data: {", StringComparison.Ordinal)).Select(static frame =>
        {
            using var chunk = JsonDocument.Parse(frame[6..]);
            var choices = chunk.RootElement.GetProperty("choices");
            return choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : "";
        }));
        Assert.Equal(whole, text);
        Assert.EndsWith("data: [DONE]\n\n", stream.Text);
    }

    [Fact]
    public async Task What_is_confidential_goes_to_the_local_model_although_a_cloud_comes_first()
    {
        var calls = 0;
        await using var cloud = await FakeUpstream.StartAsync(call =>
        {
            calls++;
            return call.AnswerAsync(500, "application/json", "{}");
        });
        await using var bench = await LocalBench.StartAsync(rest:
            $$$""","providers":{"cloud":{"dialect":"openai-chat","baseUrl":"{{{cloud.BaseUrl("cloud")}}}/v1","apiKey":"k","locality":"cloud"}},"routes":{"auto":{"models":["cloud/m","local/small"]}}""");

        var answer = await bench.ChatAsync("auto", text: "Charge the card 4111 1111 1111 1111 please.");

        Assert.Equal((200, "local/small", 0), (answer.Status, answer.Headers["x-signalbox-model"], calls));
    }

    [Fact]
    public async Task A_schema_holds_even_a_random_model_to_json()
    {
        await using var bench = await LocalBench.StartAsync();
        const string Format = """
            ,"response_format":{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object","properties":{"count":{"type":"integer"},"size":{"enum":["small","large"]}},"required":["count","size"],"additionalProperties":false}}}
            """;
        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", """{"model":"local/small","max_tokens":80,"messages":[{"role":"user","content":"hi"}]""" + Format + "}");
        var text = answer.Json.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString()!;
        using var json = JsonDocument.Parse(text);
        Assert.Equal(JsonValueKind.Number, json.RootElement.GetProperty("count").ValueKind);
        Assert.Contains(json.RootElement.GetProperty("size").GetString(), (string?[])["small", "large"]);
    }

    [Fact]
    public async Task Embeddings_come_from_any_model_with_unit_length_and_a_count_of_tokens()
    {
        await using var bench = await LocalBench.StartAsync(prepare: static b =>
        {
            b.Add("small");
            b.Add("encoder", new RandomModel { Architecture = "bert", KeyValueHeads = 4 });
        });
        foreach (var model in (string[])["local/small", "local/encoder"])
        {
            var answer = await bench.Gateway.AskAsync("/v1/embeddings", $$"""{"model":"{{model}}","input":["one text","another"]}""");
            Assert.True(answer.Status == 200, answer.Text);
            var vectors = answer.Json.GetProperty("data").EnumerateArray().Select(static item => item.GetProperty("embedding").EnumerateArray().Select(static v => v.GetDouble()).ToArray()).ToArray();
            Assert.Equal([64, 64], vectors.Select(static v => v.Length));
            Assert.All(vectors, static v => Assert.Equal(1, v.Sum(static x => x * x), 4));
            Assert.True(answer.Json.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
        }

        Assert.Equal(400, (await bench.ChatAsync("local/encoder")).Status);
    }

    [Fact]
    public async Task What_cannot_be_done_is_said_in_the_callers_words()
    {
        await using var bench = await LocalBench.StartAsync(prepare: static b =>
        {
            b.Add("small");
            File.WriteAllBytes(Path.Combine(b.Folder, "damaged.gguf"), "GGUF and no more"u8.ToArray());
        }, local: """, "models": { "gone": { "file": "/nowhere/gone.gguf" } }""");

        var tooLong = await bench.ChatAsync("local/small", text: string.Join(' ', Enumerable.Repeat("word", 2_000)));
        Assert.Equal((400, "context_length"), (tooLong.Status, tooLong.ErrorWord));
        var unknown = await bench.ChatAsync("local/smal");
        Assert.Equal((404, "not_found"), (unknown.Status, unknown.ErrorWord));
        Assert.Contains("local/small", unknown.Text);
        var wrong = await bench.ChatAsync("local/small", ",\"temperature\":-1");
        Assert.Equal(400, wrong.Status);
        foreach (var name in (string[])["damaged", "gone"])
        {
            var answer = await bench.ChatAsync($"local/{name}");
            Assert.True(answer.Status is 404 or 502, answer.Text);
            Assert.Contains(name, answer.Text);
        }
    }

    [Fact]
    public async Task What_only_the_engine_understands_of_a_body_reaches_it()
    {
        await using var bench = await LocalBench.StartAsync();
        var unknown = await bench.ChatAsync("local/small", ",\"lora\":\"formal\"");
        Assert.Equal(400, unknown.Status);
        Assert.Contains("formal", unknown.Text);
        Assert.Equal(400, (await bench.ChatAsync("local/small", ",\"min_p\":7")).Status);
        Assert.Equal(400, (await bench.Gateway.AskAsync("/api/chat", """{"model":"local/small","stream":false,"messages":[{"role":"user","content":"hi"}],"options":{"repeat_penalty":-3}}""")).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Log_probabilities_come_with_their_alternatives(bool stream)
    {
        await using var bench = await LocalBench.StartAsync();

        // Greedy: a random model's chance may end an answer before its first token.
        var answer = await bench.ChatAsync("local/small", $",\"temperature\":0,\"logprobs\":true,\"top_logprobs\":2,\"stream\":{(stream ? "true" : "false")}");
        Assert.Equal(200, answer.Status);
        Assert.Contains("\"top_logprobs\":[{", answer.Text);
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_is_its_operators_fault_and_the_route_goes_on()
    {
        await using var bench = await LocalBench.StartAsync(local: """, "models": { "small": { "adapters": { "formal": "/nowhere/formal.gguf" } } }""", prepare: static b =>
        {
            b.Add("small");
            b.Add("other");
        }, rest: ""","routes":{"both":{"models":["local/small","local/other"]}}""");
        var alone = await bench.ChatAsync("local/small");
        Assert.Equal((502, "upstream_unavailable"), (alone.Status, alone.ErrorWord));
        Assert.Contains("formal.gguf", alone.Text);
        Assert.Equal("local/other", (await bench.ChatAsync("both")).Headers["x-signalbox-model"]);
    }

    [Fact]
    public async Task An_answer_goes_on_while_a_reload_takes_its_model_away()
    {
        await using var bench = await LocalBench.StartAsync();
        using var response = await bench.Gateway.StartAsync("/v1/chat/completions",
            """{"model":"local/small","stream":true,"max_tokens":300,"messages":[{"role":"user","content":"hi"}]}"""u8.ToArray());
        bench.Gateway.Runtime.Swap(GatewayHarness.Parse($$$"""{"local":{"folder":"{{{bench.Folder}}}/none"}}"""));

        var rest = await CallerAnswer.ReadAsync(response);

        Assert.EndsWith("data: [DONE]\n\n", rest.Text);
        Assert.Equal(404, (await bench.ChatAsync("local/small")).Status);
    }

    [Fact]
    public async Task Many_callers_at_once_all_get_their_answers()
    {
        await using var bench = await LocalBench.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => bench.ChatAsync("local/small", text: $"question number {i}")));
        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
    }

    [Fact]
    public void A_route_that_names_an_unknown_local_model_is_told_the_nearest_one()
    {
        using var folder = new LocalFolder();
        RandomModels.Write(new RandomModel(), Path.Combine(folder.Path, "small.gguf"));
        var result = ConfigLoader.Parse(System.Text.Encoding.UTF8.GetBytes($$$$"""{"local":{"folder":"{{{{folder.Path}}}}"},"routes":{"auto":{"models":["local/smal"]}}}"""), new Dictionary<string, string>());
        Assert.Contains("local/small", Assert.Single(result.Problems, static problem => problem.ToString()!.Contains("routes", StringComparison.Ordinal)).ToString());
    }

    private sealed class LocalFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("local-models").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
