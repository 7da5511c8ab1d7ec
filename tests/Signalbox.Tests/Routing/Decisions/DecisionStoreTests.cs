using FsCheck;
using FsCheck.Fluent;
using Signalbox.Routing.Decisions;

namespace Signalbox.Tests.Routing.Decisions;

public class DecisionStoreTests
{
    private const int Threads = 8, Each = 5_000;

    [Fact]
    public void The_latest_are_kept_and_found_whatever_came_before() =>
        Prop.ForAll((from capacity in Gen.Choose(1, 20) from count in Gen.Choose(0, 100) from limit in Gen.Choose(0, 120) select (capacity, count, limit)).ToArbitrary(), sample =>
        {
            var store = new DecisionStore(sample.capacity);
            for (var i = 0; i < sample.count; i++)
            {
                store.Add(Decision(Id(i)));
            }

            var kept = Enumerable.Range(0, sample.count).Reverse().Take(sample.capacity).Select(Id).ToArray();
            var latest = store.Latest(sample.limit).Select(static decision => decision.RequestId);
            return latest.SequenceEqual(kept.Take(sample.limit))
                && kept.All(id => store.Find(id)?.RequestId == id)
                && Enumerable.Range(0, Math.Max(0, sample.count - sample.capacity)).All(i => store.Find(Id(i)) is null)
                && store.Total == sample.count;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_thread_that_was_overtaken_does_not_put_out_the_newer_decision()
    {
        var store = new DecisionStore(1);
        for (var round = 0; round < Each; round++)
        {
            Parallel.Invoke(() => store.Add(Decision("one")), () => store.Add(Decision("other")));
            var latest = Assert.Single(store.Latest(1));
            Assert.Same(latest, store.Find(latest.RequestId));
        }
    }

    [Theory]
    [InlineData(64)]
    [InlineData(Threads * Each)]
    public void Threads_that_add_at_once_lose_nothing_and_never_fill_it_beyond_its_size(int capacity)
    {
        var store = new DecisionStore(capacity);

        Parallel.For(0, Threads, thread =>
        {
            for (var i = 0; i < Each; i++)
            {
                var id = $"{thread}-{i}";
                store.Add(Decision(id));
                Assert.True(store.Find(id)?.RequestId == id || capacity < Threads * Each);
            }
        });

        var latest = store.Latest(int.MaxValue);
        Assert.Equal((Threads * Each, capacity), (store.Total, latest.Count));
        Assert.All(latest, decision => Assert.Same(decision, store.Find(decision.RequestId)));
        Assert.Equal(capacity, Enumerable.Range(0, Threads).Sum(thread => Enumerable.Range(0, Each).Count(i => store.Find($"{thread}-{i}") is not null)));
    }

    [Fact]
    public void An_id_that_comes_twice_means_its_latest_request_until_that_one_leaves()
    {
        var store = new DecisionStore(2);
        var (first, second) = (Decision("same"), Decision("same"));
        store.Add(first);
        store.Add(second);
        store.Add(Decision("other"));
        Assert.Same(second, store.Find("same"));
        store.Add(Decision("another"));
        Assert.Null(store.Find("same"));
    }

    private static string Id(int number) => $"request-{number}";

    private static DecisionRecord Decision(string id) => new() { RequestId = id, StartedAt = DateTimeOffset.UnixEpoch };
}
