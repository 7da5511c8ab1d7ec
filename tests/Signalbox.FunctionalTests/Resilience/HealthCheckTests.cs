using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>Providers that are asked whether they are well.</summary>
public sealed class HealthCheckTests
{
    [Fact]
    public async Task A_provider_that_does_not_answer_its_checks_is_passed_over_until_it_does()
    {
        var (checks, isWell) = (0, false);
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "healthChecks": { "enabled": true, "interval": "10ms" }""");
        var checkedTwice = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var checkedWell = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var a = 0;
        bench.Upstream.On("a", call =>
        {
            if (call.Method != "GET")
            {
                Interlocked.Increment(ref a);
                return Good.AnswerAsync(call, ResilienceBench.Chat, stream: false);
            }

            // The check before this one has been taken note of.
            if (Interlocked.Increment(ref checks) > 3)
            {
                checkedTwice.TrySetResult();
            }

            if (Volatile.Read(ref isWell) && Interlocked.Increment(ref checks) > 6)
            {
                checkedWell.TrySetResult();
            }

            return call.AnswerAsync(isWell ? 200 : 503, "application/json", "{}");
        });
        bench.Answer("b");
        await Patience.For(checkedTwice.Task, "a fourth check");

        Assert.Equal("b/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
        Assert.Equal(0, a);

        Interlocked.Exchange(ref checks, 3);
        Volatile.Write(ref isWell, true);
        await Patience.For(checkedWell.Task, "checks that went well");
        Assert.Equal("a/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
    }

    [Fact]
    public async Task Checks_that_are_switched_off_do_not_leave_a_provider_passed_over()
    {
        var checks = 0;
        await using var bench = await ResilienceBench.StartAsync(ResilienceBench.Fast + """, "healthChecks": { "enabled": true, "interval": "10ms" }""");
        var checkedOften = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Upstream.On("a", call =>
        {
            if (call.Method != "GET")
            {
                return Good.AnswerAsync(call, ResilienceBench.Chat, stream: false);
            }

            if (Interlocked.Increment(ref checks) > 3)
            {
                checkedOften.TrySetResult();
            }

            return call.AnswerAsync(503, "application/json", "{}");
        });
        bench.Answer("b");
        await Patience.For(checkedOften.Task, "a fourth check");
        Assert.Equal("b/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);

        bench.Gateway.Runtime.Swap(GatewayHarness.Parse(ResilienceBench.Config(bench.Upstream, ResilienceBench.Fast)));

        Assert.Equal("a/m", (await bench.AskAsync("ab")).Headers["x-signalbox-model"]);
    }

    [Fact]
    public async Task Without_the_setting_nobody_is_asked()
    {
        await using var bench = await ResilienceBench.StartAsync();
        bench.Answer("a");
        await bench.AskAsync("a/m");

        Assert.DoesNotContain(bench.Upstream.Calls, static call => call.Method == "GET");
    }
}
