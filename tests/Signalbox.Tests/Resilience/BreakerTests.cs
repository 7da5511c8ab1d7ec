using Polly;
using Signalbox.Configuration.Resilience;
using Signalbox.Resilience;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Resilience;

public class BreakerTests
{
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task While_a_probe_is_under_way_the_others_rest_however_long_it_takes()
    {
        var breaker = new Breaker(new BreakerConfig { MinimumCalls = 2, RestFor = TimeSpan.FromSeconds(5) }, _time, static _ => { });
        await Call(breaker, Task.FromResult(CallResult.BrokenOff));
        await Call(breaker, Task.FromResult(CallResult.BrokenOff));
        _time.Advance(TimeSpan.FromSeconds(6));
        var answer = new TaskCompletionSource<CallResult>();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var probe = Call(breaker, answer.Task, begun);
        await begun.Task.WaitAsync(TestContext.Current.CancellationToken);

        _time.Advance(TimeSpan.FromSeconds(60));

        var rest = breaker.Read(_time.GetUtcNow());
        Assert.True(rest.IsOn);
        Assert.InRange(rest.Left(_time.GetUtcNow()), TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(1));
        answer.SetResult(new CallResult(null, null, null));
        await probe;
        Assert.False(breaker.Read(_time.GetUtcNow()).IsOn);
    }

    private static async Task Call(Breaker breaker, Task<CallResult> result, TaskCompletionSource? begun = null)
    {
        var context = ResilienceContextPool.Shared.Get(TestContext.Current.CancellationToken);
        await breaker.ExecuteAsync(async (_, _) =>
        {
            begun?.TrySetResult();
            return Outcome.FromResult(await result);
        }, context, null!);
        ResilienceContextPool.Shared.Return(context);
    }
}
