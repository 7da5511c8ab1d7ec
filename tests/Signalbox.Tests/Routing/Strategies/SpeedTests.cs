using Signalbox.Routing.Planning;
using Signalbox.Routing.Strategies;
using Signalbox.Tests.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class SpeedTests
{
    [Fact]
    public void The_shortest_time_to_first_output_goes_first() =>
        Assert.Equal(["quick", "usual", "slow"], Plan(Input("fastest"), Candidate("slow", latency: 900), Candidate("quick", latency: 100), Candidate("usual", latency: 300)).Names());

    [Fact]
    public void A_model_that_answers_quickly_when_it_answers_at_all_is_not_fast()
    {
        var flaky = Candidate("flaky", latency: 100) with { FailureShare = 0.9 };
        Assert.Equal(["steady", "flaky"], Plan(Input("fastest"), flaky, Candidate("steady", latency: 500)).Names());
        Assert.Equal(["flaky", "steady"], Plan(Input("fastest"), flaky with { FailureShare = 0.7 }, Candidate("steady", latency: 500)).Names());
    }

    [Fact]
    public void A_loop_that_feeds_back_what_it_sees_ends_at_the_fastest_and_not_at_who_fails_fast()
    {
        // Means are of answers; a failure takes 5 ms. Averaging failures in would make the third look four times as fast as the first.
        var loop = new ServedLoop(seed: 1, new("steady", 200, 0), new("slow", 600, 0), new("failing", 150, 0.9));
        loop.Run("fastest", 20_000);
        Assert.InRange(loop.Share("steady"), 0.93, 1);
        Assert.InRange(loop.Share("failing"), 0, 0.05);
    }

    [Fact]
    public void A_model_that_only_fails_gets_no_more_than_what_explores_it()
    {
        var loop = new ServedLoop(seed: 2, new("steady", 400, 0), new("dead", 0, 1));
        loop.Run("fastest", 20_000);
        Assert.InRange(loop.Share("dead"), 0, FastestStrategy.ExploredShare);
    }

    [Fact]
    public void Models_of_unknown_speed_are_tried_alike_and_seldom()
    {
        var chance = new PlanChance(3);
        var firsts = Enumerable.Range(0, 100_000)
            .Select(_ => Plan(new PlanInput { Route = Route, Strategy = "fastest", Draw = chance.Draw() }, Candidate("new"), Candidate("known", latency: 100), Candidate("newer")).First())
            .CountBy(static name => name).ToDictionary(static count => count.Key, static count => count.Value / 100_000.0);
        Assert.InRange(firsts["new"], 0.022, 0.028);
        Assert.InRange(firsts["newer"], 0.022, 0.028);
    }

    [Fact]
    public void While_nothing_is_known_all_are_tried_alike()
    {
        var chance = new PlanChance(4);
        var firsts = Enumerable.Range(0, 30_000)
            .Select(_ => Plan(new PlanInput { Route = Route, Strategy = "fastest", Draw = chance.Draw() }, Candidate("a"), Candidate("b"), Candidate("c")).First())
            .CountBy(static name => name);
        Assert.All(firsts, static count => Assert.InRange(count.Value, 9_700, 10_300));
    }

    [Fact]
    public void A_cached_prompt_makes_a_model_a_fifth_faster_at_most()
    {
        var input = new PlanInput { Route = Route, Strategy = "fastest", InputTokens = 10_000 };
        Assert.Equal("cached", Plan(input, Candidate("other", latency: 81), Candidate("cached", latency: 100) with { CachedTokens = 10_000 }).First());
        Assert.Equal("other", Plan(input, Candidate("other", latency: 79), Candidate("cached", latency: 100) with { CachedTokens = 10_000 }).First());
    }

    [Fact]
    public void Two_choices_keep_the_fullest_queue_far_shorter_than_chance_does()
    {
        // Balls into bins: n into n by chance leaves about ln n / ln ln n in the fullest, two choices about ln ln n / ln 2.
        const int Bins = 200;
        var chosen = Enumerable.Range(0, 5).Select(seed => Fill(Bins, "least_busy", (ulong)seed)).ToArray();
        var drawn = Enumerable.Range(0, 5).Select(seed => Fill(Bins, "weighted", (ulong)seed)).ToArray();
        Assert.All(chosen, static fullest => Assert.InRange(fullest, 2, 3));
        Assert.All(drawn, static fullest => Assert.InRange(fullest, 4, 8));
    }

    [Fact]
    public void Of_two_models_the_one_with_less_work_ahead_is_taken()
    {
        var few = Candidate("few", latency: 900) with { Outstanding = 1 };
        var many = Candidate("many", latency: 100) with { Outstanding = 5 };
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal("many", Plan(new PlanInput { Route = Route, Strategy = "least_busy", Draw = StableHash.Mix((ulong)i) }, few, many).First()));
    }

    [Fact]
    public void A_model_that_is_full_comes_last()
    {
        var full = Candidate("full", latency: 1).With(static deployment => deployment with { MaxConcurrency = 2 }) with { Outstanding = 2 };
        Assert.All(Enumerable.Range(0, 50), i => Assert.Equal("full", Plan(new PlanInput { Route = Route, Strategy = "least_busy", Draw = StableHash.Mix((ulong)i) },
            full, Candidate("a", latency: 900), Candidate("b", latency: 900)).Names().Last()));
    }

    [Fact]
    public void Idle_models_share_a_quiet_day()
    {
        var chance = new PlanChance(5);
        var firsts = Enumerable.Range(0, 30_000)
            .Select(_ => Plan(new PlanInput { Route = Route, Strategy = "least_busy", Draw = chance.Draw() }, Candidate("a"), Candidate("b"), Candidate("c")).First())
            .CountBy(static name => name);
        Assert.All(firsts, static count => Assert.InRange(count.Value, 9_700, 10_300));
    }

    private static int Fill(int bins, string strategy, ulong seed)
    {
        var chance = new PlanChance(seed);
        var outstanding = new int[bins];
        for (var ball = 0; ball < bins; ball++)
        {
            var candidates = new Candidate[bins];
            for (var i = 0; i < bins; i++)
            {
                candidates[i] = Candidate($"m{i}") with { Outstanding = outstanding[i] };
            }

            var plan = Plan(new PlanInput { Route = Route, Strategy = strategy, Draw = chance.Draw() }, candidates);
            outstanding[plan.Order[0]]++;
        }

        return outstanding.Max();
    }
}
