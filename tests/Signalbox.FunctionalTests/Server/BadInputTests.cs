using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>Malformed bodies are refused in the caller's own shape, with the field, and never go on.</summary>
public class BadInputTests
{
    private const int TooLarge = (33 * 1024 * 1024) + 1;

    private static readonly (string Name, Func<string, byte[]> Break)[] Faults =
    [
        ("cut off", static body => Encoding.UTF8.GetBytes(body[..(body.Length / 2)])),
        ("no object", static _ => "[1]"u8.ToArray()),
        ("empty", static _ => []),
        ("10,000 levels", static body => Encoding.UTF8.GetBytes(With(body, new string('[', 10_000) + new string(']', 10_000)))),
        ("invalid UTF-8", static body => [.. Encoding.UTF8.GetBytes(With(body, "\"")[..^1]), 0xC3, 0x28, (byte)'"', (byte)'}']),
        ("NaN", static body => Encoding.UTF8.GetBytes(With(body, "NaN"))),
        ("half a surrogate pair", static body => Encoding.UTF8.GetBytes(With(body, "\"\\ud800\""))),
        ("the same key twice", static body => Encoding.UTF8.GetBytes(With(body, "1,\"x_extra\":2"))),
    ];

    [Fact]
    public async Task A_malformed_body_is_refused_in_the_callers_dialect_with_the_place_of_the_fault()
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            foreach (var (name, fault) in Faults)
            {
                var answer = await bench.Gateway.AskAsync(wire.Path(wire.Dialect + "/m", false), fault(wire.Request(wire.Dialect + "/m", false)));
                var message = RefusedMessage(wire, answer, name);
                Assert.True(name is "cut off" or "no object" or "empty" || message.Contains("x_extra", StringComparison.Ordinal), $"{wire}, {name}: {message}");
            }
        }

        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task A_byte_order_mark_before_the_body_is_passed_over_and_not_sent_on()
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            var body = wire.Request(wire.Dialect + "/m", false);
            var plain = await bench.Gateway.AskAsync(wire.Path(wire.Dialect + "/m", false), Encoding.UTF8.GetBytes(body));
            var marked = await bench.Gateway.AskAsync(wire.Path(wire.Dialect + "/m", false), [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(body)]);

            Assert.Equal((200, 200), (plain.Status, marked.Status));
            Assert.Equal((await bench.Upstream.NextCallAsync()).Body, (await bench.Upstream.NextCallAsync()).Body);
        }
    }

    [Fact]
    public async Task A_byte_order_mark_alone_is_an_empty_body()
    {
        await using var bench = await SampleBench.StartAsync();

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", [0xEF, 0xBB, 0xBF]);

        Assert.Equal(400, answer.Status);
        Assert.Contains("The body is empty", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_from_the_cache_alone_is_refused_while_there_is_no_cache()
    {
        await using var bench = await SampleBench.StartAsync();
        var wire = Wire.Of("openai-chat");

        var answer = await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("openai-chat/m", false), ("x-signalbox-cache", "only"));

        Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorWord));
        Assert.Contains("x-signalbox-cache", answer.Text, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);
    }

    [Theory]
    [InlineData("openai-chat", """{"model":"openai-chat/m","messages":[{"role":"nobody","content":"x"}]}""", "messages[0].role")]
    [InlineData("openai-chat", """{"model":7,"messages":[{"role":"user","content":"x"}]}""", "model")]
    [InlineData("openai-chat", """{"model":"openai-chat/m","messages":"x"}""", "messages")]
    [InlineData("openai-chat", """{"model":"openai-chat/m","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":" "}}]}]}""", "messages[0].content[0].file.file_id")]
    [InlineData("openai-chat", """{"model":"openai-chat/m","messages":[{"role":"user","content":"x"}],"tool_choice":{"type":"function","function":{"name":""}}}""", "tool_choice.name")]
    [InlineData("openai-responses", """{"model":"openai-responses/m","input":[{"role":"nobody","content":"x"}]}""", "input[0].role")]
    [InlineData("openai-responses", """{"model":"openai-responses/m","input":7}""", "input")]
    [InlineData("anthropic-messages", """{"model":"anthropic-messages/m","max_tokens":5,"messages":[{"role":"nobody","content":"x"}]}""", "messages[0].role")]
    [InlineData("anthropic-messages", """{"model":"anthropic-messages/m","max_tokens":"5","messages":[{"role":"user","content":"x"}]}""", "max_tokens")]
    [InlineData("anthropic-messages", """{"model":"anthropic-messages/m","max_tokens":5,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"file","file_id":" "}}]}]}""", "file_id")]
    [InlineData("gemini", """{"contents":[{"role":"nobody","parts":[{"text":"x"}]}]}""", "contents[0].role")]
    [InlineData("gemini", """{"contents":"x"}""", "contents")]
    [InlineData("ollama", """{"model":"ollama/m","messages":[{"role":"nobody","content":"x"}]}""", "messages[0].role")]
    [InlineData("ollama", """{"model":"ollama/m","messages":[{"role":"user","content":7}]}""", "messages[0].content")]
    public async Task A_wrong_type_or_word_is_refused_with_its_path(string dialect, string body, string field)
    {
        await using var bench = await SampleBench.StartAsync();
        var wire = Wire.Of(dialect);

        var answer = await bench.Gateway.AskAsync(wire.Path(dialect + "/m", false), body);

        Assert.Contains(field, RefusedMessage(wire, answer, field), StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_with_413_in_the_callers_dialect_announced_or_not()
    {
        await using var bench = await SampleBench.StartAsync();
        var body = new byte[TooLarge];
        Array.Fill(body, (byte)' ');
        foreach (var wire in Wire.All)
        {
            foreach (var (chunked, waits) in new[] { (false, true), (false, false), (true, false) })
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, wire.Path(wire.Dialect + "/m", false)) { Content = new ByteArrayContent(body) };
                request.Headers.TransferEncodingChunked = chunked;
                request.Headers.ExpectContinue = waits;
                using var response = await Patience.For(bench.Gateway.Client.SendAsync(request, Patience.Token), "the refusal of a large body");
                var answer = await CallerAnswer.ReadAsync(response);

                Assert.Equal(413, answer.Status);
                Assert.Contains("maxRequestBytes", wire.ErrorMessage(answer), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task An_unknown_model_is_a_404_that_says_what_to_look_at()
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            var answer = await bench.Gateway.AskAsync(wire.Path("no-such-model", false), wire.Request("no-such-model", false));

            Assert.Equal(404, answer.Status);
            Assert.Equal("not_found", answer.ErrorWord);
            Assert.Contains("no-such-model", wire.ErrorMessage(answer), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/chat/completions", "\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]")]
    [InlineData("/v1/embeddings", "\"input\":\"x\"")]
    public async Task A_name_that_no_model_has_is_refused_before_it_is_remembered(string path, string fields)
    {
        await using var bench = await SampleBench.StartAsync();
        foreach (var name in (string[])["openai-chat/" + new string('m', 1000), "openai-chat/m\\nwarning: forged"])
        {
            var answer = await bench.Gateway.AskAsync(path, $"{{\"model\":\"{name}\",{fields}}}");

            Assert.Equal((400, "invalid_request"), (answer.Status, answer.ErrorWord));
            Assert.Contains("model", Wire.Of("openai-chat").ErrorMessage(answer), StringComparison.Ordinal);
        }

        Assert.Empty(bench.Upstream.Calls);
        Assert.All(bench.Gateway.Runtime.Decisions.Latest(9), static decision => Assert.Null(decision.Route));
    }

    [Fact]
    public async Task An_unknown_path_is_a_404_in_the_dialect_that_lives_there()
    {
        await using var bench = await SampleBench.StartAsync();
        (string Path, string Dialect)[] paths = [("/v1/nothing", "openai-chat"), ("/v1/messages/nothing", "anthropic-messages"), ("/v1beta/nothing.txt", "gemini"), ("/api/nothing", "ollama")];
        foreach (var (path, dialect) in paths)
        {
            var answer = await bench.Gateway.AskAsync(path, "{}");

            Assert.Equal(404, answer.Status);
            Assert.Contains(path, Wire.Of(dialect).ErrorMessage(answer), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("PUT", "/v1/chat/completions", "POST")]
    [InlineData("GET", "/v1/messages", "POST")]
    [InlineData("DELETE", "/v1beta/models/gemini-2.0-flash:generateContent", "POST, GET")]
    [InlineData("PUT", "/api/tags", "GET, HEAD")]
    [InlineData("POST", "/health", "GET, HEAD")]
    [InlineData("GET", "/api/v1/chat", "POST")]
    [InlineData("GET", "/api/v1/model/switch/custom", "POST")]
    [InlineData("POST", "/api/v1/benchmark/summary", "GET, HEAD")]
    [InlineData("DELETE", "/admin/experiments/desk", "GET")]
    public async Task Another_method_at_a_known_path_is_a_405_that_names_the_right_one(string method, string path, string allowed)
    {
        await using var bench = await SampleBench.StartAsync();
        using var answer = await bench.Gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), TestContext.Current.CancellationToken);

        Assert.Equal(405, (int)answer.StatusCode);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow));
        Assert.Contains($"{method} is not answered at {path}; use {allowed.Split(',')[0]}.", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string With(string body, string value) => $"{body[..^1]},\"x_extra\":{value}}}";

    private static string RefusedMessage(Wire wire, CallerAnswer answer, string what)
    {
        Assert.True(answer.Status is >= 400 and < 500, $"{wire}, {what}: {answer.Status} {answer.Text}");
        Assert.Equal("invalid_request", answer.ErrorWord);
        var message = wire.ErrorMessage(answer);
        Assert.NotEmpty(message);
        return message;
    }
}
