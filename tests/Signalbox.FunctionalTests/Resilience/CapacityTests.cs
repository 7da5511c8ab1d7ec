using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>Models that take a limited number of requests at once.</summary>
public sealed class CapacityTests
{
    private const string OneAtATime = """ "one": { "provider": "a", "upstream": "m", "maxConcurrency": 1 }, "two": { "provider": "b", "upstream": "m", "maxConcurrency": 2 } """;

    [Fact]
    public async Task Requests_wait_for_their_turn()
    {
        await using var bench = await ResilienceBench.StartAsync(models: OneAtATime);
        var (under, most) = (0, 0);
        var calls = bench.Always("a", async call =>
        {
            var now = Interlocked.Increment(ref under);
            most = Math.Max(most, now);
            await Good.AnswerAsync(call, ResilienceBench.Chat, stream: false);
            Interlocked.Decrement(ref under);
        });

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => bench.AskAsync("one")));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
        Assert.Equal((30, 1), (calls(), most));
    }

    [Fact]
    public async Task What_is_full_is_passed_over_for_the_next_target()
    {
        await using var bench = await ResilienceBench.StartAsync(""" "maxAttempts": 1 """, models: OneAtATime, more: """, "mine": { "models": ["one", "c/m"] }""");
        bench.Always("a", static call => call.StallAsync());
        bench.Answer("c");
        var first = bench.AskAsync("one");
        var call = await bench.Upstream.NextCallAsync();

        var answer = await bench.AskAsync("mine");

        Assert.Equal((200, "c/m", "1"), (answer.Status, answer.Headers["x-signalbox-model"], answer.Headers["x-signalbox-attempts"]));
        call.Cut();
        await first;
    }

    [Theory]
    [InlineData(""" "queue": { "enabled": false } """)]
    [InlineData(""" "queue": { "maxWait": "30ms" } """)]
    [InlineData(""" "queue": { "maxWaiting": 0 } """)]
    public async Task Whoever_gets_no_place_is_told_when_to_come_again(string queue)
    {
        await using var bench = await ResilienceBench.StartAsync(queue + """, "maxAttempts": 1""", models: OneAtATime);
        bench.Always("a", static call => call.StallAsync());
        var first = bench.AskAsync("one");
        var call = await bench.Upstream.NextCallAsync();

        var answer = await bench.AskAsync("one");

        Assert.Equal((503, "overloaded", "0"), (answer.Status, answer.ErrorWord, answer.Headers["x-signalbox-attempts"]));
        Assert.Equal("1", answer.Headers["Retry-After"]);
        call.Cut();
        await first;
    }

    [Fact]
    public async Task A_caller_who_hangs_up_leaves_no_hole()
    {
        await using var bench = await ResilienceBench.StartAsync(models: OneAtATime);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Always("a", async call =>
        {
            await gate.Task.WaitAsync(call.AbortedToken);
            await Good.AnswerAsync(call, ResilienceBench.Chat, stream: false);
        });
        var first = bench.AskAsync("one");
        await bench.Upstream.NextCallAsync();
        using var hangUp = new CancellationTokenSource();
        var second = bench.Gateway.Client.SendAsync(new HttpRequestMessage(HttpMethod.Post, ResilienceBench.Chat.Path("one", false))
        {
            Content = new StringContent(ResilienceBench.Chat.Request("one", false), System.Text.Encoding.UTF8, "application/json"),
        }, hangUp.Token);
        var third = bench.AskAsync("one");

        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult();

        Assert.Equal((200, 200), ((await first).Status, (await third).Status));
        Assert.Equal(200, (await bench.AskAsync("one")).Status);
    }
}
