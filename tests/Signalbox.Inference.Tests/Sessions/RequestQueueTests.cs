using Signalbox.Inference.Sessions;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class RequestQueueTests
{
    [Fact]
    public void Owners_take_turns_however_many_requests_one_of_them_has_sent()
    {
        var queue = new RequestQueue();
        Add(queue, "a1", "a2", "a3", "a4", "b1", "b2", "c1");
        Assert.Equal(["a1", "b1", "c1", "a2", "b2", "a3", "a4"], ServeOneAtATime(queue));
    }

    [Fact]
    public void An_owner_with_answers_running_waits_for_those_who_have_none()
    {
        var queue = new RequestQueue();
        Add(queue, "a1", "a2", "a3");
        Assert.Equal(["a1", "a2"], new[] { Name(queue.Take()), Name(queue.Take()) });
        Add(queue, "b1");
        Assert.Equal("b1", Name(queue.Take()));
        Assert.Equal("a3", Name(queue.Take()));
        Assert.Null(queue.Take());
    }

    [Fact]
    public void Requests_without_an_owner_are_served_as_they_came()
    {
        var queue = new RequestQueue();
        Add(queue, "-1", "-2", "-3");
        Assert.Equal(["-1", "-2", "-3"], ServeOneAtATime(queue));
    }

    [Fact]
    public void A_newcomer_is_not_served_before_those_who_have_waited_their_turn()
    {
        var queue = new RequestQueue();
        Add(queue, "a1", "b1", "a2");
        var first = queue.Take()!;
        queue.Release(first);
        Add(queue, "-1", "-2");
        Assert.Equal(["b1", "a2", "-1", "-2"], ServeOneAtATime(queue).Order(Comparer<string>.Create((x, y) => Rank(x).CompareTo(Rank(y)))));

        static int Rank(string name) => name switch { "b1" => 0, "a2" => 1, "-1" => 2, _ => 3 };
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_request_is_served_once_or_taken_out_and_no_owner_gets_two_turns_while_another_waits(int seed)
    {
        var random = new Random(seed);
        var queue = new RequestQueue();
        var waiting = new List<Job>();
        for (var step = 0; step < 2000; step++)
        {
            if (random.Next(2) == 0)
            {
                var job = Make($"{(char)('a' + random.Next(4))}{step}");
                queue.Add(job);
                waiting.Add(job);
            }
            else if (waiting.Count > 0 && random.Next(8) == 0)
            {
                var job = waiting[random.Next(waiting.Count)];
                Assert.True(queue.Remove(job));
                Assert.False(queue.Remove(job));
                waiting.Remove(job);
            }
            else if (queue.Take() is { } job)
            {
                Assert.True(waiting.Remove(job));
                queue.Release(job);
            }

            Assert.Equal(waiting.Count, queue.Count);
        }

        var served = ServeOneAtATime(queue).Select(name => name[0]).ToArray();
        for (var i = 0; i < served.Length; i++)
        {
            // Between two turns of an owner, everyone who still has requests had one.
            var next = Array.IndexOf(served, served[i], i + 1);
            if (next > 0)
            {
                var between = served[(i + 1)..next].Distinct().ToArray();
                Assert.Equal(between.Length, next - i - 1);
                Assert.All(served[next..].Distinct().Where(owner => owner != served[i]), owner => Assert.Contains(owner, between));
            }
        }
    }

    private static void Add(RequestQueue queue, params string[] names)
    {
        foreach (var name in names)
        {
            queue.Add(Make(name));
        }
    }

    private static NamedJob Make(string name) => new(name, name[0] == '-' ? null : name[..1]);

    private static string Name(Job? job) => ((NamedJob)job!).Name;

    private static List<string> ServeOneAtATime(RequestQueue queue)
    {
        var served = new List<string>();
        while (queue.Take() is { } job)
        {
            served.Add(Name(job));
            queue.Release(job);
        }

        return served;
    }

    private sealed class NamedJob(string name, string? owner) : Job([1], [], owner)
    {
        public string Name => name;

        public override bool WantsStates => false;

        public override bool Advance(ModelRunner runner, EngineCounters counters) => true;

        public override void Fail(EngineFault fault)
        {
        }
    }
}
