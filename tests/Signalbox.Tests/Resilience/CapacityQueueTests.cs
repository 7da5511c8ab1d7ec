using Signalbox.Resilience;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.Resilience;

public class CapacityQueueTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(10);
    private readonly ManualTimeProvider _time = new();
    private readonly CapacityQueue _queue;
    private readonly DeploymentState _a = DeploymentState.Alone("a");
    private readonly DeploymentState _b = DeploymentState.Alone("b");

    public CapacityQueueTests() => _queue = new CapacityQueue(_time);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task First_come_first_served()
    {
        var place = _queue.TryEnter(_a, 1)!;
        var waits = Enumerable.Range(0, 5).Select(_ => Wait(_a)).ToList();
        foreach (var wait in waits)
        {
            Assert.False(wait.IsCompleted);
            Assert.Null(_queue.TryEnter(_a, 1));
            place.Dispose();
            place = (await wait)!;
        }

        place.Dispose();
        Assert.Equal((0, 0, 0), (_a.Outstanding, _a.Waiters.Count, _queue.Waiting));
        Assert.NotNull(_queue.TryEnter(_a, 1));
    }

    [Fact]
    public async Task Whoever_waits_for_several_takes_the_first_that_is_free_and_leaves_every_line()
    {
        var (a, b) = (_queue.TryEnter(_a, 1)!, _queue.TryEnter(_b, 1)!);
        var either = Wait(_a, _b);
        b.Dispose();
        Assert.Same(_b, (await either)!.State);
        Assert.Empty(_a.Waiters);
        a.Dispose();
        Assert.NotNull(_queue.TryEnter(_a, 1));
    }

    [Fact]
    public async Task A_caller_who_hangs_up_leaves_no_hole()
    {
        var place = _queue.TryEnter(_a, 1)!;
        using var hangUp = new CancellationTokenSource();
        var first = Wait(hangUp.Token, _a);
        var second = Wait(_a);
        await hangUp.CancelAsync();
        place.Dispose();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        Assert.NotNull(await second);
        Assert.Equal((1, 0), (_a.Outstanding, _queue.Waiting));
    }

    [Fact]
    public async Task A_wait_ends_with_its_time()
    {
        using var place = _queue.TryEnter(_a, 1)!;
        var wait = Wait(_a);
        _time.Advance(Long);
        Assert.Null(await wait);
        Assert.Empty(_a.Waiters);
    }

    [Fact]
    public async Task Whoever_waits_again_keeps_its_place_in_the_line()
    {
        var place = _queue.TryEnter(_a, 1)!;
        var arrival = _queue.Arrive();
        var later = Wait(_a);
        var earlier = _queue.WaitAsync(new CapacityWaiter(arrival, [(_a, 1)]), Long, 10, Cancel).AsTask();
        place.Dispose();
        Assert.NotNull(await earlier);
        Assert.False(later.IsCompleted);
    }

    [Fact]
    public async Task No_more_wait_than_may()
    {
        using var place = _queue.TryEnter(_a, 1)!;
        var waiter = new CapacityWaiter(_queue.Arrive(), [(_a, 1)]);
        Assert.Null(await _queue.WaitAsync(waiter, Long, 0, Cancel));
        Assert.False(waiter.HasWaited);
    }

    [Fact]
    public void What_has_no_limit_is_never_full()
    {
        for (var i = 0; i < 100; i++)
        {
            Assert.NotNull(_queue.TryEnter(_a, null));
        }

        Assert.Equal(100, _a.Outstanding);
    }

    /// <summary>Under many threads, no place is lost and none is given twice.</summary>
    [Fact]
    public async Task Places_are_neither_lost_nor_given_twice()
    {
        const int Most = 3;
        var (under, worst) = (0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, 3000), Cancel, async (_, cancel) =>
        {
            var place = _queue.TryEnter(_a, Most) ?? await _queue.WaitAsync(new CapacityWaiter(_queue.Arrive(), [(_a, Most)]), Long, 10_000, cancel);
            var now = Interlocked.Increment(ref under);
            if (now > Most)
            {
                Interlocked.Exchange(ref worst, now);
            }

            await Task.Yield();
            Interlocked.Decrement(ref under);
            place!.Dispose();
        });

        Assert.Equal((0, 0, 0), (worst, _a.Outstanding, _queue.Waiting));
    }

    private Task<CapacityPlace?> Wait(params DeploymentState[] states) => Wait(Cancel, states);

    private Task<CapacityPlace?> Wait(CancellationToken cancel, params DeploymentState[] states) =>
        _queue.WaitAsync(new CapacityWaiter(_queue.Arrive(), [.. states.Select(static state => (state, 1))]), Long, 10, cancel).AsTask();
}
