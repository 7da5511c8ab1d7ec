using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>A second target beside one that is slow to begin.</summary>
public sealed class HedgeTests
{
    private const string Hedged = """, "hedge": { "enabled": true, "delay": "20ms", "maxShare": 1 }""";
    private const string Impatient = """, "firstOutputTimeout": "150ms" """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_first_useful_output_wins_and_the_other_call_is_ended_and_booked(bool stream)
    {
        await using var bench = await ResilienceBench.StartAsync(route: Hedged);
        bench.Always("a", static call => call.StallAsync());
        var b = bench.Answer("b", stream);

        var answer = await bench.AskAsync("ab", stream);

        Assert.Equal((200, 1, "b/m", "2"), (answer.Status, b(), answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-attempts"]));
        Assert.Equal(Wire.SampleText, ResilienceBench.Chat.Walk(answer, stream).Text.ToString());
        await Patience.For(bench.Upstream.Calls.First().Aborted, "the end of the call that lost");
        var record = await bench.RecordAsync();
        Assert.Equal((9L, 1, 0, true), (record.Usage!.InputTokenCount, record.Waste.Wasted, record.Waste.Failed, record.Waste.IsEstimated));
        Assert.True(record.Waste.Usage!.InputTokenCount > 0);
        Assert.Equal(0, record.Waste.Usage.OutputTokenCount);
    }

    [Fact]
    public async Task Where_the_first_answers_after_all_the_second_is_the_waste()
    {
        await using var bench = await ResilienceBench.StartAsync(route: Hedged);
        var secondIsAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Always("a", async call =>
        {
            await secondIsAsked.Task;
            await Good.AnswerAsync(call, ResilienceBench.Chat, stream: true);
        });
        bench.Always("b", call =>
        {
            secondIsAsked.SetResult();
            return call.StallAsync();
        });

        var answer = await bench.AskAsync("ab", stream: true);

        Assert.Equal((200, "a/m"), (answer.Status, answer.Headers["x-signalbox-model"]));
        Assert.Equal((1, 0), ((await bench.RecordAsync()).Waste.Wasted, bench.Records[0].Waste.Failed));
    }

    [Fact]
    public async Task Where_both_fail_each_was_called_once()
    {
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "maxAttempts": 1""", route: Hedged);
        var secondIsAsked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var a = bench.Always("a", async call =>
        {
            await secondIsAsked.Task;
            await ResilienceBench.Broken(call);
        });
        var b = bench.Always("b", call =>
        {
            secondIsAsked.SetResult();
            return ResilienceBench.Status(503)(call);
        });

        var answer = await bench.AskAsync("ab", stream: true);

        Assert.Equal((1, 1, "2"), (a(), b(), answer.Headers["x-signalbox-attempts"]));
        Assert.NotNull(answer.ErrorWord);
        Assert.Equal(2, (await bench.RecordAsync()).Waste.Failed);
    }

    [Fact]
    public async Task A_failure_before_the_delay_is_a_matter_of_the_walk()
    {
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "maxAttempts": 1""",
            route: """, "hedge": { "enabled": true, "delay": "10m" }""");
        var (a, b) = (bench.Always("a", ResilienceBench.Broken), bench.Answer("b"));

        var answer = await bench.AskAsync("ab");

        Assert.Equal((200, 1, 1), (answer.Status, a(), b()));
        Assert.Equal((1, 0), ((await bench.RecordAsync()).Waste.Failed, bench.Records[0].Waste.Wasted));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData(",\"tool_choice\":\"none\"", true)]
    public async Task A_request_with_tools_that_may_act_is_never_sent_twice_at_once(string choice, bool isHedged)
    {
        await using var bench = await ResilienceBench.StartAsync(route: Hedged, provider: Impatient);
        bench.Always("a", static call => call.StallAsync());
        bench.Answer("b", stream: true);
        var body = ResilienceBench.Chat.Request("ab", stream: true)[..^1]
            + ",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"pay\",\"parameters\":{\"type\":\"object\"}}}]" + choice + "}";

        var answer = await bench.Gateway.AskAsync(ResilienceBench.Chat.Path("ab", true), body);

        Assert.Equal(200, answer.Status);
        Assert.Equal(isHedged ? (1, 0) : (0, 1), ((await bench.RecordAsync()).Waste.Wasted, bench.Records[0].Waste.Failed));
    }

    [Fact]
    public async Task Hedges_stay_within_their_share()
    {
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "breaker": { "enabled": false }""",
            route: """, "hedge": { "enabled": true, "delay": "1ms", "maxShare": 0.1 }""", provider: """, "firstOutputTimeout": "300ms" """);
        bench.Always("a", static call => call.StallAsync());
        bench.Answer("b", stream: true);

        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(200, (await bench.AskAsync("ab", stream: true)).Status);
        }

        await bench.RecordAsync(12);
        Assert.InRange(bench.Records.Sum(static record => record.Waste.Wasted), 1, 2);
    }

    [Fact]
    public async Task Without_a_delay_it_is_what_nineteen_of_twenty_answers_kept_and_where_that_is_not_known_nothing_is_hedged()
    {
        await using var bench = await ResilienceBench.StartAsync(route: """, "hedge": { "enabled": true, "maxShare": 1 }""", provider: """, "firstOutputTimeout": "2s" """);
        bench.Answer("a", stream: true);
        bench.Answer("b", stream: true);
        for (var i = 0; i < 25; i++)
        {
            await bench.AskAsync("a/m", stream: true);
        }

        bench.Always("a", static call => call.StallAsync());
        await bench.AskAsync("ab", stream: true);
        Assert.Equal((1, 0), ((await bench.RecordAsync(26)).Waste.Wasted, bench.Records[^1].Waste.Failed));

        await using var unknown = await ResilienceBench.StartAsync(route: """, "hedge": { "enabled": true, "maxShare": 1 }""", provider: Impatient);
        unknown.Always("a", static call => call.StallAsync());
        unknown.Answer("b", stream: true);
        await unknown.AskAsync("ab", stream: true);
        Assert.Equal((0, 1), ((await unknown.RecordAsync()).Waste.Wasted, unknown.Records[0].Waste.Failed));
    }
}
