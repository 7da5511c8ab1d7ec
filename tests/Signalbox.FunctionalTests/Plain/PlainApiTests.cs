using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Signalbox.FunctionalTests.Support;
using Signalbox.Tests.Support;

namespace Signalbox.FunctionalTests.Plain;

/// <summary>The plain routes of contract section 3.</summary>
public sealed partial class PlainApiTests
{
    [Fact]
    public async Task The_shapes_of_answers_streams_and_errors_are_those_of_the_page()
    {
        await using var bench = await PlainBench.StartAsync();
        Assert.Equal(200, (await bench.SwitchAsync("alpha")).Status);
        var shapes = new StringBuilder();
        foreach (var (name, answer) in new (string, CallerAnswer)[]
        {
            ("POST /api/v1/chat", await bench.ChatAsync("hi")),
            ("POST /api/v1/chat/completions", await bench.CompleteAsync()),
            ("POST /api/v1/chat/completions/stream", await bench.CompleteAsync(path: "/api/v1/chat/completions/stream")),
            ("POST /api/v1/model/switch/beta_v1", await bench.SwitchAsync("beta_v1")),
            ("POST /api/v1/model/switch/none", await bench.SwitchAsync("none")),
            ("POST /api/v1/chat, beta", await bench.ChatAsync("hi")),
            ("POST /api/v1/chat, without a message", await bench.Gateway.AskAsync("/api/v1/chat", "{}")),
            ("GET /health", await bench.Gateway.GetAsync("/health")),
            ("GET /api/v1/nothing", await bench.Gateway.GetAsync("/api/v1/nothing")),
        })
        {
            shapes.Append($"{name}\n{answer.Status} {answer.ContentType} {answer.ErrorWord}".TrimEnd()).Append('\n').Append(Latency().Replace(answer.Text, "\"latency_ms\":0").TrimEnd()).Append("\n\n");
        }

        GoldenFile.Check("shapes.txt", shapes.ToString());
    }

    [Fact]
    public async Task A_local_model_answers_with_a_confidence_of_its_own_and_one_without_probabilities_with_null()
    {
        await using var bench = await PlainBench.StartAsync();
        var confidences = new HashSet<double>();
        for (var i = 0; i < 4; i++)
        {
            var answer = await bench.ChatAsync($"question {i}");
            Assert.Equal((200, PlainBench.Local, "local/banking"), (answer.Status, answer.Headers["x-signalbox-model-version"], answer.Headers["x-signalbox-model"]));
            Assert.Equal((PlainBench.Local, i + 1), (answer.Json.GetProperty("model_version").GetString(), answer.Json.GetProperty("request_number").GetInt32()));
            var confidence = answer.Json.GetProperty("confidence").GetDouble();
            Assert.InRange(confidence, 0, 1);
            confidences.Add(confidence);
            var decision = bench.Gateway.Runtime.Decisions.Find(answer.Headers["x-signalbox-request-id"])!;
            Assert.Equal((PlainBench.Local, "application"), (decision.ModelVersion, decision.Dialect));
            Assert.Equal(confidence, decision.Confidence!.Value, 0.00001);
        }

        Assert.True(confidences.Count > 1);
        await bench.SwitchAsync("alpha");
        Assert.Equal(Math.Exp(-0.3), (await bench.ChatAsync("hi")).Json.GetProperty("confidence").GetDouble(), 5);
        await bench.SwitchAsync("beta_v1");
        Assert.Equal(JsonValueKind.Null, (await bench.ChatAsync("hi")).Json.GetProperty("confidence").ValueKind);
        Assert.False(bench.Upstream.Calls.Last().Json.TryGetProperty("lora", out _));
    }

    [Fact]
    public async Task A_conversation_that_outgrows_its_model_goes_on_without_what_was_said_first()
    {
        await using var bench = await PlainBench.StartAsync();
        var text = string.Join(' ', Enumerable.Repeat("word", 12));
        for (var turn = 0; turn < 6; turn++)
        {
            Assert.Equal(200, (await bench.ChatAsync(text, ",\"conversation_id\":\"long\"")).Status);
        }

        var tooLong = await bench.ChatAsync(string.Join(' ', Enumerable.Repeat("word", 200)), ",\"conversation_id\":\"long\"");
        Assert.Equal((400, "context_length"), (tooLong.Status, tooLong.ErrorWord));
    }

    [Fact]
    public async Task A_version_that_answers_with_nothing_does_not_become_active()
    {
        await using var bench = await PlainBench.StartAsync();
        bench.Upstream.On("beta", static call => call.AnswerAsync(200, "application/json",
            """{"id":"c","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":""},"finish_reason":"stop"}]}"""));

        var switched = await bench.SwitchAsync("beta_v1");

        Assert.Equal(409, switched.Status);
        Assert.Equal(PlainBench.Local, bench.Gateway.Runtime.Versions.Active.Name);
    }

    [Fact]
    public async Task A_conversation_goes_on_for_its_own_caller_and_no_other()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        await bench.ChatAsync("first", ",\"conversation_id\":\"c\"", ("x-api-key", "one"));
        await bench.ChatAsync("second", ",\"conversation_id\":\"c\"", ("x-api-key", "one"));
        var same = Contents(bench.Upstream.Calls.Last());
        await bench.ChatAsync("third", ",\"conversation_id\":\"c\"", ("x-api-key", "two"));
        var other = Contents(bench.Upstream.Calls.Last());
        await bench.ChatAsync("fourth", "", ("x-api-key", "one"));

        Assert.Equal(["first", "beta beta beta", "second"], same);
        Assert.Equal(["third"], other);
        Assert.Equal(["fourth"], Contents(bench.Upstream.Calls.Last()));
    }

    [Theory]
    [InlineData("/api/v1/chat", """{"message":7}""", "message")]
    [InlineData("/api/v1/chat", """{"message":"  "}""", "message")]
    [InlineData("/api/v1/chat", """{"message":""}""", "message")]
    [InlineData("/api/v1/chat", """{"message":"\u200b\u200d\ufeff\u2060 \u00ad"}""", "message")]
    [InlineData("/api/v1/chat", """{"message":"\u2800\u3164\ufe0f\udb40\udc41"}""", "message")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"\u200b"}]}""", "messages[0].content")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":4096.5}""", "max_tokens")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":1e9}""", "max_tokens")]
    [InlineData("/api/v1/chat", """{"message":"hi","conversation_id":3}""", "conversation_id")]
    [InlineData("/api/v1/chat", """{"message":"hi","conversation_id":""}""", "conversation_id")]
    [InlineData("/api/v1/chat", """{"message":"hi","signalbox":{"sensitivity":"loud"}}""", "signalbox.sensitivity")]
    [InlineData("/api/v1/chat", "[]", "body")]
    [InlineData("/api/v1/chat", "", "body")]
    [InlineData("/api/v1/chat/completions", "{}", "messages")]
    [InlineData("/api/v1/chat/completions", """{"messages":[]}""", "messages")]
    [InlineData("/api/v1/chat/completions", """{"messages":"hi"}""", "messages")]
    [InlineData("/api/v1/chat/completions", """{"messages":["hi"]}""", "messages[0]")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"assistant","content":"hi"}]}""", "messages[0].role")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"},{"role":"tool","content":"hi"}]}""", "messages[1].role")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":""}]}""", "messages[0].content")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user"}]}""", "messages[0].content")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"temperature":2.1}""", "temperature")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"temperature":"hot"}""", "temperature")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":0}""", "max_tokens")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":4097}""", "max_tokens")]
    [InlineData("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"stream":"yes"}""", "stream")]
    [InlineData("/api/v1/chat/completions/stream", """{"messages":[{"role":"user","content":"hi"}],"max_tokens":1.5}""", "max_tokens")]
    public async Task Whatever_is_out_of_range_is_refused_with_its_field_and_sent_to_nobody(string path, string body, string field)
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        bench.Upstream.Forget();

        var answer = await bench.Gateway.AskAsync(path, body);

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorWord));
        Assert.Equal(field, answer.Json.GetProperty("error").GetProperty("field").GetString());
        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task The_limits_themselves_are_within_range()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        var longest = string.Concat(Enumerable.Repeat("\U0001F3E6", 32_000));
        var many = string.Join(',', Enumerable.Repeat("""{"role":"user","content":"hi"}""", 99));

        var answer = await bench.Gateway.AskAsync("/api/v1/chat/completions",
            $$"""{"messages":[{"role":"system","content":"{{longest}}"},{{many}}],"temperature":2,"max_tokens":4096,"stream":null,"more":1}""");
        var tooLong = await bench.ChatAsync(longest + "!");
        var tooMany = await bench.Gateway.AskAsync("/api/v1/chat/completions", $$"""{"messages":[{{many}},{{many}}]}""");

        Assert.Equal(200, answer.Status);
        var sent = bench.Upstream.Calls.Last().Json;
        Assert.Equal((100, 2, 4096), (sent.GetProperty("messages").GetArrayLength(), sent.GetProperty("temperature").GetDouble(), sent.TryGetProperty("max_tokens", out var most) ? most.GetInt32() : sent.GetProperty("max_completion_tokens").GetInt32()));
        Assert.Equal(("message", 400), (tooLong.Json.GetProperty("error").GetProperty("field").GetString(), tooLong.Status));
        Assert.Equal(("messages", 400), (tooMany.Json.GetProperty("error").GetProperty("field").GetString(), tooMany.Status));
    }

    [Theory]
    [InlineData("\"max_tokens\":100.0,\"temperature\":1", 100, 1)]
    [InlineData("\"max_tokens\":1e2,\"temperature\":1.0", 100, 1)]
    [InlineData("\"max_tokens\":1.0,\"temperature\":0", 1, 0)]
    public async Task A_whole_number_may_be_written_with_a_point(string fields, int tokens, double temperature)
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");

        var answer = await bench.CompleteAsync("," + fields);

        Assert.True(answer.Status == 200, answer.Text);
        var sent = bench.Upstream.Calls.Last().Json;
        Assert.Equal((tokens, temperature), (sent.TryGetProperty("max_tokens", out var most) ? most.GetInt32() : sent.GetProperty("max_completion_tokens").GetInt32(), sent.GetProperty("temperature").GetDouble()));
    }

    [Fact]
    public async Task What_can_be_seen_is_no_blank()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");

        foreach (var text in (string[])["?", "\u200b1", "\U0001F3E6", "e\u0301", "\u5143"])
        {
            Assert.Equal(200, (await bench.ChatAsync(text)).Status);
        }
    }

    [Fact]
    public async Task A_stream_that_breaks_ends_in_an_error_event_and_one_that_never_began_in_an_error()
    {
        await using var bench = await PlainBench.StartAsync();
        await bench.SwitchAsync("beta_v1");
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.On("beta", async call =>
        {
            await call.StartAsync(200, "text/event-stream");
            await call.SendAsync("""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"half"},"finish_reason":null}]}""" + "\n\n");
            await goOn.Task;
            call.Cut();
        });
        using var begun = await bench.Gateway.StartAsync("/api/v1/chat/completions", """{"messages":[{"role":"user","content":"hi"}],"stream":true}"""u8.ToArray());
        goOn.SetResult();
        var broken = await CallerAnswer.ReadAsync(begun);
        bench.Upstream.On("beta", static call => call.AnswerAsync(500, "text/plain", "no"));
        var refused = await bench.CompleteAsync(",\"stream\":true");

        Assert.StartsWith("data: half\n\nevent: error\ndata: {\"error\":{\"word\":\"stream_truncated\"", broken.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", broken.Text, StringComparison.Ordinal);
        Assert.Equal((500, "upstream_unavailable", "beta_v1"), (refused.Status, refused.ErrorWord, refused.Headers["x-signalbox-model-version"]));
    }

    [Fact]
    public async Task What_is_confidential_is_not_sent_to_a_version_of_the_cloud()
    {
        await using var bench = await PlainBench.StartAsync();
        bench.Gateway.Runtime.Swap(GatewayHarness.Parse(bench.Config().Replace("\"maxAttempts\": 1", "\"maxAttempts\": 1, \"locality\": \"cloud\"", StringComparison.Ordinal)));
        await bench.SwitchAsync("beta_v1");
        bench.Upstream.Forget();

        var answer = await bench.ChatAsync("hi", "", ("x-signalbox-sensitivity", "confidential"));

        Assert.Equal((400, "no_candidate"), (answer.Status, answer.ErrorWord));
        Assert.Empty(bench.Upstream.Calls);
    }

    private static string[] Contents(UpstreamCall call) => [.. call.Json.GetProperty("messages").EnumerateArray().Select(static message => message.GetProperty("content").GetString()!)];

    [GeneratedRegex("\"latency_ms\":[0-9.]+")]
    private static partial Regex Latency();
}
