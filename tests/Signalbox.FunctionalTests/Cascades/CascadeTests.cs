using System.Globalization;
using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Cascades;

/// <summary>A weak model answers first, and nobody sees its answer before it has been judged.</summary>
public sealed class CascadeTests(CascadeBench bench) : IClassFixture<CascadeBench>
{
    private const string Refusal = "I'm sorry, but I can't help with that.";

    public static TheoryData<string, string, bool> Callers()
    {
        var data = new TheoryData<string, string, bool>();
        foreach (var wire in Wire.All)
        {
            foreach (var stream in (bool[])[true, false])
            {
                data.Add(wire.Dialect, wire.Dialect, stream);
                data.Add(wire.Dialect, CascadeBench.Other(wire).Dialect, stream);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_good_answer_of_the_weak_model_is_served_alone(string caller, string weak, bool stream)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        bench.Upstream.On("weak-" + weak, call => call.SayAsync(Wire.Of(weak), "Hello there"));

        var answer = await bench.AskAsync(asked, $"cascade-{weak}-{caller}", stream);

        MustSay(asked, answer, stream, "Hello there");
        Assert.Equal(("1", $"weak-{weak}/m"), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"]));
        Assert.Equal("0.000011", answer.Headers["x-signalbox-cost-usd"]);
        Assert.Null(bench.RecordOf(answer).Waste.Usage);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_refusal_is_never_seen_and_the_strong_model_answers(string caller, string weak, bool stream)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        var strong = CascadeBench.Other(Wire.Of(weak));
        bench.Upstream.On("weak-" + weak, call => call.SayAsync(Wire.Of(weak), Refusal));
        bench.Upstream.On("strong-" + strong, call => call.SayAsync(strong, "Hello there"));

        var answer = await bench.AskAsync(asked, $"cascade-{weak}-{strong}", stream);

        MustSay(asked, answer, stream, "Hello there");
        Assert.Equal(("2", $"strong-{strong}/m"), (answer.Headers["x-signalbox-attempts"], answer.Headers["x-signalbox-model"]));
        var record = bench.RecordOf(answer);
        Assert.Equal((9L, 2L, 0.00011m), (record.Usage!.InputTokenCount, record.Usage.OutputTokenCount, record.CostUsd));
        Assert.Equal((9L, 2L, 0.000011m), (record.Waste.Usage!.InputTokenCount, record.Waste.Usage.OutputTokenCount, record.Waste.CostUsd));
        if (!stream)
        {
            Assert.Equal("0.000121", answer.Headers["x-signalbox-cost-usd"]);
        }
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task The_held_answer_is_served_after_all_when_the_strong_model_fails(string caller, string weak, bool stream)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        bench.Upstream.On("weak-" + weak, call => call.SayAsync(Wire.Of(weak), Refusal));

        var answer = await bench.AskAsync(asked, $"cascade-{weak}-{caller}", stream);

        MustSay(asked, answer, stream, Refusal);
        Assert.Equal($"weak-{weak}/m", answer.Headers["x-signalbox-model"]);
        var record = bench.RecordOf(answer);
        Assert.Equal((9L, (ErrorKind?)null), (record.Usage!.InputTokenCount, record.Error));
        Assert.Null(record.Waste.Usage);
    }

    [Theory]
    [MemberData(nameof(Callers))]
    public async Task A_weak_answer_that_breaks_off_while_it_is_held_is_not_seen(string caller, string weak, bool stream)
    {
        bench.Begin();
        var asked = Wire.Of(caller);
        bench.Upstream.On("weak-" + weak, call => stream
            ? call.BreakOffAsync(Wire.Of(weak), "Half of")
            : call.AnswerAsync(200, "application/json", Wire.Of(weak).Complete[..^20]));
        bench.Upstream.On("strong-" + caller, call => call.SayAsync(asked, "Hello there"));

        var answer = await bench.AskAsync(asked, $"cascade-{weak}-{caller}", stream);

        MustSay(asked, answer, stream, "Hello there");
        Assert.Equal("2", answer.Headers["x-signalbox-attempts"]);
    }

    [Theory]
    [InlineData("The answer is 42.", "1")]
    [InlineData("The answer is 41.", "4")]
    public async Task Samples_of_the_weak_model_must_agree_with_its_answer(string sample, string attempts)
    {
        foreach (var stream in (bool[])[true, false])
        {
            bench.Begin();
            var (chat, calls) = (Wire.Of("openai-chat"), 0);
            bench.Upstream.On("weak-openai-chat", call => call.SayAsync(chat, Interlocked.Increment(ref calls) == 1 ? "I think the answer is 42." : sample));
            bench.Upstream.On("strong-ollama", call => call.SayAsync(Wire.Of("ollama"), "Hello there"));

            var answer = await bench.AskAsync(chat, "consistent-openai-chat-ollama", stream);

            var isKept = attempts == "1";
            MustSay(chat, answer, stream, isKept ? "I think the answer is 42." : "Hello there");
            Assert.Equal(isKept ? "3" : "4", answer.Headers["x-signalbox-attempts"]);
            var samples = bench.Upstream.Calls.Where(static call => call.Path == "/chat/completions").Skip(1).ToArray();
            Assert.Equal(2, samples.Length);
            Assert.All(samples, static call => Assert.True(call.Json.GetProperty("temperature").GetDouble() > 0 && !call.Json.Has("stream")));
            Assert.Equal(isKept ? 18 : 27, bench.RecordOf(answer).Waste.Usage!.InputTokenCount);
        }
    }

    [Theory]
    [InlineData("9", "weak")]
    [InlineData("3", "strong")]
    [InlineData("It deserves a 3", "weak")]
    [InlineData(null, "weak")]
    public async Task A_checker_gives_a_bare_number_or_no_verdict(string? grade, string served)
    {
        bench.Begin();
        var (chat, ollama) = (Wire.Of("openai-chat"), Wire.Of("ollama"));
        bench.Upstream.On("weak-openai-chat", call => call.SayAsync(chat, "From the weak."));
        bench.Upstream.On("strong-ollama", call => !call.Text.Contains("CONVERSATION", StringComparison.Ordinal) ? call.SayAsync(ollama, "From the strong.")
            : grade is null ? call.AnswerAsync(500, "application/json", "{}") : call.SayAsync(ollama, grade));

        var answer = await bench.AskAsync(chat, "checked-openai-chat-ollama", stream: true);

        MustSay(chat, answer, true, $"From the {served}.");
        Assert.Equal(served == "weak" ? "2" : "3", answer.Headers["x-signalbox-attempts"]);
        var question = bench.Upstream.Calls.Single(static call => call.Text.Contains("CONVERSATION", StringComparison.Ordinal)).Text;
        Assert.Contains("Say hello.", question, StringComparison.Ordinal);
        Assert.Contains("From the weak.", question, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checker_that_does_not_answer_in_time_gives_no_verdict()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("weak-openai-chat", call => call.SayAsync(chat, "Hello there"));
        bench.Upstream.On("slow", static call => call.StallAsync());

        var answer = await bench.AskAsync(chat, "checked-by-slow", stream: true);

        MustSay(chat, answer, true, "Hello there");
        Assert.Equal("weak-openai-chat/m", answer.Headers["x-signalbox-model"]);
    }

    [Fact]
    public async Task A_weak_answer_that_stalls_while_it_is_held_is_given_up()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("slow", async call =>
        {
            await call.StartAsync(200, chat.StreamContentType);
            await call.SendAsync(chat.Pieces[0] + chat.Pieces[1]);
            await call.StallAsync();
        });
        bench.Upstream.On("strong-openai-chat", call => call.SayAsync(chat, "Hello there"));

        var answer = await bench.AskAsync(chat, "cascade-slow", stream: true);

        MustSay(chat, answer, true, "Hello there");
        Assert.True(bench.RecordOf(answer).Waste.Usage!.OutputTokenCount > 0, "what the weak model had written was paid for");
    }

    [Fact]
    public async Task A_weak_answer_that_is_finished_is_served_although_its_connection_stays_open()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("slow", async call =>
        {
            await call.StartAsync(200, chat.StreamContentType);
            await call.SendAsync(string.Concat(chat.Pieces.SkipLast(1)));
            await call.StallAsync();
        });

        var answer = await bench.AskAsync(chat, "cascade-slow", stream: true);

        MustSay(chat, answer, true, "Hello there");
        Assert.Equal("1", answer.Headers["x-signalbox-attempts"]);
    }

    [Theory]
    [InlineData(-0.1, "vllm/m")]
    [InlineData(-2.0, "strong-openai-chat/m")]
    public async Task Log_probabilities_are_asked_for_where_the_answer_is_translated_and_never_shown(double logprob, string model)
    {
        foreach (var stream in (bool[])[true, false])
        {
            bench.Begin();
            var (chat, gemini) = (Wire.Of("openai-chat"), Wire.Of("gemini"));
            var tokens = "\"logprobs\":{\"content\":[{\"token\":\"Hello\",\"logprob\":" + logprob.ToString(CultureInfo.InvariantCulture) + ",\"top_logprobs\":[]}]},\"finish_reason\":";
            bench.Upstream.On("vllm", call => call.AnswerAsync(200, stream ? "text/event-stream" : "application/json",
                stream ? string.Concat(chat.Pieces.Select((piece, i) => i == 1 ? piece.Replace("\"finish_reason\":", tokens, StringComparison.Ordinal) : piece))
                : chat.Complete.Replace("\"finish_reason\":", tokens, StringComparison.Ordinal)));
            bench.Upstream.On("strong-openai-chat", call => call.SayAsync(chat, "Hello there"));

            var answer = await bench.AskAsync(gemini, "cascade-vllm", stream);

            MustSay(gemini, answer, stream, "Hello there");
            Assert.Equal(model, answer.Headers["x-signalbox-model"]);
            Assert.Equal(model == "vllm/m" ? null : 2, bench.RecordOf(answer).Waste.Usage?.OutputTokenCount);
            Assert.DoesNotContain("logprobs", answer.Text, StringComparison.OrdinalIgnoreCase);
            Assert.True(bench.Upstream.Calls.First().Json.GetProperty("logprobs").GetBoolean());
        }
    }

    [Fact]
    public async Task A_relayed_request_is_not_asked_for_log_probabilities()
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("vllm", call => call.SayAsync(chat, "Hello there"));

        var answer = await bench.AskAsync(chat, "cascade-vllm", stream: true);

        MustSay(chat, answer, true, "Hello there");
        Assert.Equal("vllm/m", answer.Headers["x-signalbox-model"]);
        Assert.False(bench.Upstream.Calls.Single().Json.Has("logprobs"));
    }

    [Theory]
    [InlineData("""{\"n\":1}""", "weak")]
    [InlineData("""{\"n\":\"one\"}""", "strong")]
    [InlineData("one", "strong")]
    public async Task An_answer_that_is_not_the_JSON_that_was_asked_for_is_replaced(string text, string served)
    {
        bench.Begin();
        var chat = Wire.Of("openai-chat");
        bench.Upstream.On("weak-openai-chat", call => call.SayAsync(chat, text));
        bench.Upstream.On("strong-openai-chat", call => call.SayAsync(chat, """{\"n\":2}"""));
        const string Body =
            """
            {"model":"cascade-openai-chat-openai-chat","messages":[{"role":"user","content":"n?"}],"response_format":{"type":"json_schema",
            "json_schema":{"name":"n","schema":{"type":"object","properties":{"n":{"type":"integer"}},"required":["n"]}}}}
            """;

        var answer = await bench.Gateway.AskAsync("/v1/chat/completions", Body);

        Assert.Equal($"{served}-openai-chat/m", answer.Headers["x-signalbox-model"]);
    }

    private static void MustSay(Wire caller, CallerAnswer answer, bool stream, string text)
    {
        Assert.Equal((200, null), (answer.Status, answer.ErrorWord));
        var walked = caller.Walk(answer, stream);
        Assert.Equal((text, true, null), (walked.Text.ToString(), walked.HasCleanEnd, walked.Error));
    }
}
