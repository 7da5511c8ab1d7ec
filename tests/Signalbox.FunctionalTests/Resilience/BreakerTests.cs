namespace Signalbox.FunctionalTests.Resilience;

/// <summary>Deployments that are left alone: breakers and cooldowns.</summary>
public sealed class BreakerTests
{
    private const string Quick = ResilienceBench.Fast + """, "maxAttempts": 1, "queue": { "enabled": false }""";

    [Fact]
    public async Task A_deployment_that_fails_too_often_is_not_called()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick + """, "breaker": { "minimumCalls": 4, "restFor": "1h" }""");
        var (a, b) = (bench.Always("a", ResilienceBench.Broken), bench.Answer("b"));

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(200, (await bench.AskAsync("ab")).Status);
        }

        Assert.Equal((4, 10), (a(), b()));
    }

    [Fact]
    public async Task Where_nothing_else_is_left_the_caller_is_told_when_to_come_again()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick + """, "breaker": { "minimumCalls": 2, "restFor": "90s" }""");
        var a = bench.Always("a", ResilienceBench.Broken);
        await bench.AskAsync("a/m");
        await bench.AskAsync("a/m");

        var answer = await bench.AskAsync("a/m");

        Assert.Equal((2, 503, "overloaded", "0"), (a(), answer.Status, answer.ErrorWord, answer.Headers["x-signalbox-attempts"]));
        Assert.InRange(int.Parse(answer.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 60, 90);
    }

    [Fact]
    public async Task After_its_rest_one_request_tries_it_and_an_answer_closes_the_breaker()
    {
        await using var bench = await ResilienceBench.StartAsync(
            ResilienceBench.Fast + """, "maxAttempts": 1, "breaker": { "minimumCalls": 2, "restFor": "200ms" }""");
        var a = bench.Answer("a", failures: 2);
        await bench.AskAsync("a/m");
        await bench.AskAsync("a/m");

        // The breaker is open now; both wait in the queue until its rest is over.
        var answers = await Task.WhenAll(bench.AskAsync("a/m"), bench.AskAsync("a/m"));

        Assert.All(answers, static answer => Assert.Equal(200, answer.Status));
        Assert.Equal(4, a());
    }

    [Fact]
    public async Task It_can_be_switched_off()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick + """, "breaker": { "enabled": false }""");
        var a = bench.Always("a", ResilienceBench.Broken);

        for (var i = 0; i < 15; i++)
        {
            await bench.AskAsync("a/m");
        }

        Assert.Equal(15, a());
    }

    [Fact]
    public async Task A_rate_limit_with_a_time_is_respected_by_every_request()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick);
        var (a, b) = (bench.Always("a", ResilienceBench.Status(429, "70")), bench.Answer("b"));

        Assert.Equal("b/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
        Assert.Equal("1", (await bench.AskAsync("ab")).Headers["x-signalbox-attempts"]);
        var alone = await bench.AskAsync("a/m");

        Assert.Equal((1, 2), (a(), b()));
        Assert.Equal((429, "rate_limited"), (alone.Status, alone.ErrorWord));
        Assert.InRange(int.Parse(alone.Headers["Retry-After"], System.Globalization.CultureInfo.InvariantCulture), 60, 70);
    }

    [Theory]
    [InlineData(401, "other")]
    [InlineData(402, "other")]
    [InlineData(429, "ab")]
    public async Task A_credential_that_was_refused_rests_where_something_else_is_left(int status, string route)
    {
        await using var bench = await ResilienceBench.StartAsync(Quick);
        var (a, b) = (bench.Always("a", ResilienceBench.Status(status)), bench.Answer("b"));
        await bench.AskAsync("a/m");

        var answer = await bench.AskAsync(route);
        Assert.Equal((200, 1, 1), (answer.Status, a(), b()));

        // Nobody knows that it must rest: alone, it is asked.
        await bench.AskAsync("a/m");
        Assert.Equal(2, a());
    }

    [Fact]
    public async Task A_limit_of_one_model_says_nothing_of_another()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick);
        var a = bench.Answer("a", failures: 1, fail: ResilienceBench.Status(429, "60"));
        await bench.AskAsync("a/m");

        Assert.Equal("a/other", (await bench.AskAsync("other")).Headers["x-signalbox-model"]);
        Assert.Equal(2, a());
    }

    [Fact]
    public async Task A_guess_that_was_wrong_is_forgotten()
    {
        await using var bench = await ResilienceBench.StartAsync(Quick);
        var a = bench.Answer("a", failures: 1, fail: ResilienceBench.Status(401));
        bench.Answer("b");
        Assert.Equal("b/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
        Assert.Equal("b/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);

        Assert.Equal(200, (await bench.AskAsync("a/m")).Status);

        Assert.Equal("a/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
        Assert.Equal(3, a());
    }

    [Fact]
    public async Task A_reload_keeps_what_is_known()
    {
        const string Settings = Quick + """, "breaker": { "minimumCalls": 2, "restFor": "1h" }""";
        await using var bench = await ResilienceBench.StartAsync(Settings);
        var (a, b) = (bench.Always("a", ResilienceBench.Broken), bench.Answer("b"));
        await bench.AskAsync("ab");
        await bench.AskAsync("ab");

        bench.Gateway.Runtime.Swap(Support.GatewayHarness.Parse(ResilienceBench.Config(bench.Upstream, Settings, route: """, "maxLatency": "1h" """)));
        await bench.AskAsync("ab");

        Assert.Equal((2, 3), (a(), b()));
    }
}
