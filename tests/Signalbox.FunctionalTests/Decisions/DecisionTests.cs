using System.Text;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Decisions;

/// <summary>What the decision record of a request says, asked for over HTTP.</summary>
public class DecisionTests
{
    private const string Prompt = "A prompt that nobody else may read.";
    private static readonly Wire Chat = DecisionBench.Chat;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_fallback_is_told_with_both_attempts_and_in_the_headers(bool stream)
    {
        await using var bench = await DecisionBench.StartAsync();
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(401, "application/json", Chat.Error("No such key.")));

        var answer = await bench.Gateway.AskAsync(Chat.Path("desk", stream), Chat.Request("desk", stream, Prompt));
        var decision = await bench.Gateway.DecisionOfAsync(answer);

        Assert.Equal((200, "desk", "gemini/m", "2"), (answer.Status, answer.Headers["x-signalbox-route"], answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-attempts"]));
        Assert.Equal(("answered", "chat", "openai-chat", "desk", "desk", "gemini/m"),
            (decision.Str("state"), decision.Str("kind"), decision.Str("dialect"), decision.Str("requested_model"), decision.Str("route"), decision.Str("served_by")));
        Assert.Equal(["openai-chat/m", "gemini/m"], decision.Items("candidates").Select(static candidate => candidate.Str("model")));
        Assert.Equal([1L, 2L], decision.Items("candidates").Select(static candidate => candidate.Num("order")));
        Assert.Equal(["first:failed", "fallback:served"], decision.Items("attempts").Select(static attempt => $"{attempt.Str("kind")}:{attempt.Str("outcome")}"));
        var failed = decision.Items("attempts").First().At("error");
        Assert.Equal(("authentication", 401, "No such key."), (failed.Str("word"), failed.Num("status"), failed.Str("message")));
        Assert.True(decision.Items("attempts").Last().Num("usage", "output_tokens") > 0);
        Assert.True(decision.At("duration_ms").GetDouble() > 0);
        Assert.DoesNotContain(Prompt, decision.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(Wire.SampleText, decision.GetRawText(), StringComparison.Ordinal);
        Assert.DoesNotContain(SampleBench.ProviderKey, decision.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_request_has_a_decision_and_the_headers_of_what_was_tried()
    {
        await using var bench = await DecisionBench.StartAsync();
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(500, "application/json", Chat.Error($"Failed on: {Prompt}")));
        bench.Upstream.On("gemini", static call => call.AnswerAsync(503, "text/plain", "no"));

        var answer = await bench.Gateway.AskAsync(Chat.Path("desk", false), Chat.Request("desk", false, Prompt));
        var decision = await bench.Gateway.DecisionOfAsync(answer);

        Assert.Equal((503, "desk", "gemini/m", "2"), (answer.Status, answer.Headers["x-signalbox-route"], answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-attempts"]));
        Assert.Equal(("refused", null, "overloaded"), (decision.Str("state"), decision.Str("served_by"), decision.Str("error", "word")));
        Assert.Equal(["upstream_unavailable", "overloaded"], decision.Items("attempts").Select(static attempt => attempt.Str("error", "word")).Distinct());
        Assert.DoesNotContain(Prompt, decision.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"desk","messages":"none"}""", 400, null)]
    [InlineData("""{"model":"nobody-knows-it","messages":[{"role":"user","content":"x"}]}""", 404, "nobody-knows-it")]
    [InlineData("no JSON at all", 400, null)]
    public async Task A_request_that_cannot_be_served_has_a_decision_that_says_why(string body, int status, string? model)
    {
        await using var bench = await DecisionBench.StartAsync();

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", body);
        var decision = await bench.Gateway.DecisionOfAsync(answer);

        Assert.Equal((status, "0"), (answer.Status, answer.Headers["x-signalbox-attempts"]));
        Assert.Equal(("refused", answer.ErrorWord, model), (decision.Str("state"), decision.Str("error", "word"), decision.Str("requested_model")));
        Assert.Empty(decision.Items("attempts"));
    }

    [Fact]
    public async Task A_body_that_was_too_large_has_a_decision_as_well()
    {
        await using var bench = await SampleBench.StartAsync(""", "server": { "maxRequestBytes": 100 }""");

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", new string('x', 200));

        Assert.Equal(413, answer.Status);
        Assert.Equal((413, "refused"), ((await bench.Gateway.DecisionOfAsync(answer)).Num("error", "status"), (await bench.Gateway.DecisionOfAsync(answer)).Str("state")));
    }

    [Fact]
    public async Task A_stream_can_be_asked_about_while_it_is_open()
    {
        await using var bench = await DecisionBench.StartAsync();
        var go = new TaskCompletionSource();
        bench.Upstream.On("openai-chat", call => LifetimeTests.StreamInTwoAsync(call, go.Task));
        using var open = await bench.Gateway.StartAsync(Chat.Path("desk", true), Encoding.UTF8.GetBytes(Chat.Request("desk", true)));
        var id = open.Headers.GetValues("x-signalbox-request-id").Single();

        var during = await bench.Gateway.DecisionAsync(id);
        go.SetResult();
        var answer = await CallerAnswer.ReadAsync(open);
        await SettledAsync(bench.Gateway);
        var after = await bench.Gateway.DecisionAsync(id);

        Assert.Equal(("open", "open", null), (during.Str("state"), during.Items("attempts").Single().Str("outcome"), during.Str("served_by")));
        Assert.False(answer.Broke);
        Assert.Equal(("answered", "served", "openai-chat/m"), (after.Str("state"), after.Items("attempts").Single().Str("outcome"), after.Str("served_by")));
    }

    [Fact]
    public async Task A_stream_that_broke_is_told_as_broken()
    {
        await using var bench = await DecisionBench.StartAsync();
        bench.Upstream.On("openai-chat", static async call =>
        {
            await call.StartAsync(200, Chat.StreamContentType);
            await call.SendAsync(string.Concat(Chat.Pieces.Take(Chat.TextPiece + 1)));
        });

        var answer = await bench.Gateway.AskAsync(Chat.Path("desk", true), Chat.Request("desk", true));
        await SettledAsync(bench.Gateway);
        var decision = await bench.Gateway.DecisionOfAsync(answer);

        Assert.Equal(("broken", "stream_truncated", "openai-chat/m"), (decision.Str("state"), decision.Str("error", "word"), decision.Str("served_by")));
        Assert.Equal("True", decision.Items("attempts").Single().At("estimated").ToString());
    }

    [Fact]
    public async Task Embeddings_and_token_counts_have_decisions()
    {
        await using var bench = await SampleBench.StartAsync(""", "routes": { "desk": { "models": ["openai-chat/m", "gemini/m"] } }""");
        bench.Upstream.On("openai-chat", static call => call.AnswerAsync(503, "text/plain", "no"));
        bench.Upstream.On("gemini", static call => call.AnswerAsync(200, "application/json", """{"embedding":{"values":[0.25,-0.5]},"embeddings":[{"values":[0.25,-0.5]}]}"""));

        var embedding = await bench.Gateway.AskAsync("/v1/embeddings", """{"model":"desk","input":"hello"}""");
        var count = await bench.Gateway.AskAsync("/v1/messages/count_tokens", """{"model":"openai-chat/m","messages":[{"role":"user","content":"four"}]}""");

        var embedded = await bench.Gateway.DecisionOfAsync(embedding);
        Assert.True(embedding.Status == 200, embedding.Text);
        Assert.Equal(("answered", "embedding", "gemini/m", "desk"), (embedded.Str("state"), embedded.Str("kind"), embedded.Str("served_by"), embedded.Str("route")));
        Assert.Equal(["first:failed", "fallback:served"], embedded.Items("attempts").Select(static attempt => $"{attempt.Str("kind")}:{attempt.Str("outcome")}"));
        var counted = await bench.Gateway.DecisionOfAsync(count);
        Assert.Equal(("answered", "token_count", "openai-chat/m"), (counted.Str("state"), counted.Str("kind"), counted.Str("served_by")));
    }

    [Fact]
    public async Task The_latest_decisions_are_listed_newest_first()
    {
        await using var bench = await DecisionBench.StartAsync();
        var first = await bench.Gateway.AskAsync(Chat.Path("desk", false), Chat.Request("desk", false, Prompt));
        var second = await bench.Gateway.AskAsync(Chat.Path("no-such-model", false), Chat.Request("no-such-model", false));

        await bench.Gateway.DecisionOfAsync(first);
        await bench.Gateway.DecisionOfAsync(second);

        var list = (await bench.Gateway.GetAsync("/admin/decisions")).Json;
        var newest = (await bench.Gateway.GetAsync("/admin/decisions?limit=1")).Json;

        Assert.Equal([second.Headers["x-signalbox-request-id"], first.Headers["x-signalbox-request-id"]], list.Items("decisions").Select(static row => row.Str("request_id")));
        Assert.Equal((2, 1), (list.Num("total"), list.Items("decisions").Last().Num("attempts")));
        Assert.Equal("refused", newest.Items("decisions").Single().Str("state"));
        foreach (var limit in (string[])["0", "1001", "-1", "many"])
        {
            var wrong = await bench.Gateway.GetAsync($"/admin/decisions?limit={limit}");
            Assert.Equal((400, "invalid_request", "limit"), (wrong.Status, wrong.ErrorWord, wrong.Json.Str("error", "field")));
        }
    }

    [Fact]
    public async Task An_unknown_id_is_answered_with_what_to_do()
    {
        await using var bench = await DecisionBench.StartAsync();

        var answer = await bench.Gateway.GetAsync("/admin/decisions/no-such-request");

        Assert.Equal((404, "not_found"), (answer.Status, answer.ErrorWord));
        Assert.Contains("x-signalbox-request-id", answer.Json.Str("error", "message"), StringComparison.Ordinal);
    }

    /// <summary>Returns when the first request has been settled: its caller has its answer a moment before.</summary>
    private static async Task SettledAsync(GatewayHarness gateway)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        limit.CancelAfter(Patience.Limit);
        while (gateway.Journal.Total == 0)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
