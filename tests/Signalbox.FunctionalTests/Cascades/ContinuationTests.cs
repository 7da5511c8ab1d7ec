using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>A stream that breaks after the caller has seen its beginning goes on at another model, where the route says so.</summary>
public sealed class ContinuationTests(CascadeBench bench) : IClassFixture<CascadeBench>
{
    public static TheoryData<string, string, string> Roads()
    {
        var data = new TheoryData<string, string, string>();
        foreach (var wire in Wire.All)
        {
            var other = CascadeBench.Other(wire);
            data.Add(wire.Dialect, wire.Dialect, wire.Dialect);
            data.Add(wire.Dialect, wire.Dialect, other.Dialect);
            data.Add(wire.Dialect, other.Dialect, wire.Dialect);
            data.Add(wire.Dialect, "anthropic-messages", "anthropic-messages");
            data.Add(wire.Dialect, "ollama", "openai-chat");
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Roads))]
    public async Task A_broken_stream_goes_on_at_the_next_model_as_one_stream(string caller, string first, string second)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        bench.Upstream.On("weak-" + first, call => call.BreakOffAsync(Wire.Of(first), "Hello"));
        bench.Upstream.On("strong-" + second, call => call.SayAsync(Wire.Of(second), " there"));

        var answer = await bench.AskAsync(asked, $"continue-{first}-{second}", stream: true);

        MustSay(asked, answer, "Hello there");
        var begun = bench.Upstream.Calls.Last().Text;
        Assert.Contains("Say hello.", begun, StringComparison.Ordinal);
        Assert.True(begun.LastIndexOf("Hello", StringComparison.Ordinal) > begun.LastIndexOf("Say hello.", StringComparison.Ordinal), begun);
        var record = bench.RecordOf(answer);
        Assert.Equal((2, null, false), (record.Attempts, record.Error, record.IsCancelled));
        Assert.True(record.Usage!.InputTokenCount > 9 && record.Usage.OutputTokenCount > 2, $"{record.Usage.InputTokenCount} {record.Usage.OutputTokenCount}");
        Assert.Equal($"weak-{first}/m", record.Model);
        if (asked.Walk(answer, true).Usage is { Input: { } told })
        {
            Assert.True(told > 9, $"the caller must be told of both parts, not of {told}");
        }
    }

    [Theory]
    [InlineData("A story about ", "A story about", " a cat.", "A story about a cat.")]
    [InlineData("A story about ", "A story about", "a cat.", "A story about a cat.")]
    [InlineData("A story", "A story", "A story about a cat.", "A story about a cat.")]
    [InlineData("Once there was a story about", "Once there was a story about", "was a story about a cat.", "Once there was a story about a cat.")]
    [InlineData("hel", "hel", "lo", "hello")]
    public async Task What_the_caller_has_is_not_written_again(string shown, string sent, string more, string whole)
    {
        bench.Begin();
        var messages = Wire.Of("anthropic-messages");
        bench.Upstream.On("weak-anthropic-messages", call => call.BreakOffAsync(messages, shown));
        bench.Upstream.On("strong-anthropic-messages", call => call.SayAsync(messages, more));

        var answer = await bench.AskAsync(messages, "continue-anthropic-messages-anthropic-messages", stream: true);

        MustSay(messages, answer, whole);
        var turns = bench.Upstream.Calls.Last().Json.GetProperty("messages");
        Assert.Equal(("assistant", sent), (turns[turns.GetArrayLength() - 1].Str("role"), turns[turns.GetArrayLength() - 1].Str("content")));
    }

    [Fact]
    public async Task A_second_break_is_continued_too()
    {
        bench.Begin();
        var (chat, messages, ollama) = (Wire.Of("openai-chat"), Wire.Of("anthropic-messages"), Wire.Of("ollama"));
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(chat, "One"));
        bench.Upstream.On("strong-anthropic-messages", call => call.BreakOffAsync(messages, " two"));
        bench.Upstream.On("third-ollama", call => call.SayAsync(ollama, " three."));

        var answer = await bench.AskAsync(chat, "continue-thrice", stream: true);

        MustSay(chat, answer, "One two three.");
        Assert.Equal("One two", bench.Upstream.Calls.Last().Json.GetProperty("messages")[1].Str("content"));
        Assert.Equal(3, bench.RecordOf(answer).Attempts);
    }

    [Fact]
    public async Task A_third_break_ends_in_the_explicit_error()
    {
        bench.Begin();
        var (chat, messages, ollama) = (Wire.Of("openai-chat"), Wire.Of("anthropic-messages"), Wire.Of("ollama"));
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(chat, "One"));
        bench.Upstream.On("strong-anthropic-messages", call => call.BreakOffAsync(messages, " two"));
        bench.Upstream.On("third-ollama", call => call.BreakOffAsync(ollama, " three"));
        bench.Upstream.On("third-gemini", call => call.SayAsync(Wire.Of("gemini"), " four"));

        var answer = await bench.AskAsync(chat, "continue-thrice", stream: true);

        MustBreak(chat, answer, "One two three");
        Assert.Equal(3, bench.Upstream.Calls.Count);
    }

    [Fact]
    public async Task A_candidate_that_fails_to_begin_is_passed_over()
    {
        bench.Begin();
        var (chat, ollama) = (Wire.Of("openai-chat"), Wire.Of("ollama"));
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(chat, "One"));
        bench.Upstream.On("third-ollama", call => call.SayAsync(ollama, " two"));

        var answer = await bench.AskAsync(chat, "continue-thrice", stream: true);

        MustSay(chat, answer, "One two");
        Assert.Equal(3, bench.RecordOf(answer).Attempts);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task With_no_model_to_go_on_at_the_stream_ends_in_the_explicit_error(string caller)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(Wire.Of("openai-chat"), "Hello"));

        var answer = await bench.AskAsync(asked, "continue-nowhere", stream: true);

        MustBreak(asked, answer, "Hello");
        Assert.Single(bench.Upstream.Calls);
    }

    [Fact]
    public async Task A_stream_that_breaks_inside_a_tool_call_is_not_continued()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        const string Call =
            """data: {"id":"c1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"t1","type":"function","function":{"name":"get_weather","arguments":"{\"ci"}}]},"finish_reason":null}]}""";
        bench.Upstream.On("weak-openai-chat", call => call.AnswerAsync(200, chat.StreamContentType, chat.Pieces[0] + chat.Pieces[1] + Call + "\n\n"));
        bench.Upstream.On("strong-openai-chat", call => call.SayAsync(chat, " there"));

        var answer = await bench.AskAsync(chat, "continue-openai-chat-openai-chat", stream: true);

        MustBreak(chat, answer, "Hello");
        Assert.Single(bench.Upstream.Calls);
    }

    [Fact]
    public async Task JSON_that_was_promised_is_not_continued()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(chat, "[1,"));
        bench.Upstream.On("strong-openai-chat", call => call.SayAsync(chat, "2]"));
        var body = chat.Request("continue-openai-chat-openai-chat", true)[..^1] + ""","response_format":{"type":"json_object"}}""";

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", body);

        MustBreak(chat, answer, "[1,");
        Assert.Single(bench.Upstream.Calls);
    }

    [Fact]
    public async Task An_answer_that_is_whole_is_relayed_to_the_provider_and_not_touched_by_the_route()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("weak-openai-chat", call => call.SayAsync(chat, "Hello there"));
        var body = chat.Request("continue-openai-chat-openai-chat", true)[..^1] + ""","a_field_of_tomorrow":7}""";

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", body);

        MustSay(chat, answer, "Hello there");
        Assert.Equal(7, bench.Upstream.Calls.Single().Json.Num("a_field_of_tomorrow"));
    }

    [Fact]
    public async Task A_server_that_wants_to_be_told_is_told_to_go_on()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("weak-openai-chat", call => call.BreakOffAsync(chat, "Hello"));
        bench.Upstream.On("vllm", call => call.SayAsync(chat, " there"));

        var answer = await bench.AskAsync(chat, "continue-to-vllm", stream: true);

        MustSay(chat, answer, "Hello there");
        var sent = bench.Upstream.Calls.Last().Json;
        Assert.True(sent.GetProperty("continue_final_message").GetBoolean() && !sent.GetProperty("add_generation_prompt").GetBoolean());
    }

    public static TheoryData<string> Dialects() => [.. CascadeBench.Dialects];

    private static void MustSay(Wire caller, CallerAnswer answer, string text)
    {
        Assert.Equal((200, null), (answer.Status, answer.ErrorWord));
        var walked = caller.WalkStream(answer.Text);
        Assert.Equal((text, true, null), (walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
    }

    private void MustBreak(Wire caller, CallerAnswer answer, string text)
    {
        var walked = caller.WalkStream(answer.Text);
        Assert.Equal((text, false), (walked.Text.ToString(), walked.HasCleanEnd));
        Assert.NotNull(walked.Error);
        Assert.Equal(ErrorKind.StreamTruncated, bench.RecordOf(answer).Error);
    }
}
