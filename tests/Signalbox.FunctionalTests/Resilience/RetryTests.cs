using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>The same target again (contract section 5).</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(408)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    [InlineData(529)]
    public async Task A_target_that_may_recover_is_tried_three_times(int status)
    {
        await using var bench = await ResilienceBench.StartAsync();
        var calls = bench.Answer("a", failures: 2, fail: ResilienceBench.Status(status));

        var answer = await bench.AskAsync("a/m");

        Assert.Equal((200, 3, "3"), (answer.Status, calls(), answer.Headers["x-signalbox-attempts"]));
    }

    [Fact]
    public async Task After_three_attempts_comes_the_next_target()
    {
        await using var bench = await ResilienceBench.StartAsync();
        var (a, b) = (bench.Always("a", ResilienceBench.Broken), bench.Answer("b", failures: 1));

        var answer = await bench.AskAsync("ab");

        Assert.Equal((200, 3, 2, "b/m"), (answer.Status, a(), b(), answer.Headers["x-signalbox-model"]));
    }

    [Fact]
    public async Task How_often_is_for_the_provider_to_say_and_else_for_the_section()
    {
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "maxAttempts": 2""");
        var a = bench.Always("a", ResilienceBench.Broken);
        await bench.AskAsync("a/m");
        Assert.Equal(2, a());

        await using var other = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "maxAttempts": 2""", provider: """, "maxAttempts": 5""");
        a = other.Always("a", ResilienceBench.Broken);
        await other.AskAsync("a/m");
        Assert.Equal(5, a());
    }

    [Theory]
    [InlineData(401, "authentication", true)]
    [InlineData(403, "permission", true)]
    [InlineData(404, "not_found", true)]
    [InlineData(400, "invalid_request", false)]
    [InlineData(422, "invalid_request", false)]
    public async Task What_would_fail_again_is_not_tried_again(int status, string word, bool moves)
    {
        await using var bench = await ResilienceBench.StartAsync();
        var (a, b) = (bench.Always("a", ResilienceBench.Status(status)), bench.Answer("b"));

        var answer = await bench.AskAsync("ab");

        Assert.Equal((1, moves ? 1 : 0), (a(), b()));
        Assert.Equal(moves ? null : word, answer.ErrorWord);
    }

    [Fact]
    public async Task A_quota_that_is_used_up_is_not_asked_again()
    {
        await using var bench = await ResilienceBench.StartAsync();
        var (a, b) = (bench.Always("a", ResilienceBench.Status(429, message: "You exceeded your current quota.")), bench.Answer("b"));

        var answer = await bench.AskAsync("ab");

        Assert.Equal((200, 1, 1), (answer.Status, a(), b()));
    }

    [Fact]
    public async Task A_stream_that_broke_before_its_first_output_is_tried_again()
    {
        await using var bench = await ResilienceBench.StartAsync();
        var calls = bench.Answer("a", stream: true, failures: 2, fail: static call => Good.SendAsync(call, ResilienceBench.Chat, ResilienceBench.Chat.TextPiece));

        var answer = await bench.AskAsync("a/m", stream: true);

        Assert.Equal((200, 3), (answer.Status, calls()));
        Assert.Equal(Wire.SampleText, ResilienceBench.Chat.Walk(answer, stream: true).Text.ToString());
    }

    [Fact]
    public async Task A_stream_that_broke_after_its_first_output_is_never_tried_again()
    {
        await using var bench = await ResilienceBench.StartAsync();
        var (a, b) = (bench.Always("a", static call => Good.SendAsync(call, ResilienceBench.Chat, ResilienceBench.Chat.TextPiece + 1)), bench.Answer("b", stream: true));

        var answer = await bench.AskAsync("ab", stream: true);

        Assert.Equal((1, 0), (a(), b()));
        Assert.False(ResilienceBench.Chat.Walk(answer, stream: true).HasCleanEnd);
    }

    [Fact]
    public async Task An_output_that_was_waited_for_in_vain_is_not_waited_for_twice()
    {
        await using var bench = await ResilienceBench.StartAsync(provider: """, "firstOutputTimeout": "100ms" """);
        var (a, b) = (bench.Always("a", static call => call.StallAsync()), bench.Answer("b", stream: true));

        var answer = await bench.AskAsync("ab", stream: true);

        Assert.Equal((200, 1, 1), (answer.Status, a(), b()));
    }

    [Fact]
    public async Task A_wait_that_the_provider_asks_for_wins_over_our_own()
    {
        await using var bench = await ResilienceBench.StartAsync(""" "baseDelay": "10m", "maxDelay": "20m" """);
        var calls = bench.Answer("a", failures: 2, fail: static call => call.Header("retry-after-ms", "5").AnswerAsync(429, "application/json", ResilienceBench.Chat.Error("slow down")));

        var answer = await bench.AskAsync("a/m");

        Assert.Equal((200, 3), (answer.Status, calls()));
    }

    [Fact]
    public async Task A_wait_longer_than_the_longest_is_not_waited_for()
    {
        await using var bench = await ResilienceBench.StartAsync();
        var (a, b) = (bench.Always("a", ResilienceBench.Status(429, "60")), bench.Answer("b"));

        var answer = await bench.AskAsync("ab");
        Assert.Equal((200, 1, 1), (answer.Status, a(), b()));
    }

    [Fact]
    public async Task Retries_stay_within_their_budget()
    {
        const int Requests = 40;
        await using var bench = await ResilienceBench.StartAsync(
            ResilienceBench.Fast + """, "breaker": { "enabled": false }, "retryBudget": { "share": 0.1, "minimum": 3, "window": "1h" }""");
        var calls = bench.Always("a", ResilienceBench.Broken);

        for (var i = 0; i < Requests; i++)
        {
            await bench.AskAsync("a/m");
        }

        Assert.Equal(Requests + 3 + (Requests / 10), calls());
    }

    [Fact]
    public async Task All_attempts_together_may_be_given_a_limit()
    {
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "totalTimeout": "150ms" """);
        bench.Always("a", static call => call.StallAsync());
        bench.Always("b", static call => call.StallAsync());

        var answer = await bench.AskAsync("ab", stream: true);

        Assert.Equal((504, "upstream_timeout"), (answer.Status, answer.ErrorWord));
    }
}
