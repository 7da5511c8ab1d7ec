using Signalbox.Configuration.Routes;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class ShareTests
{
    private const int Draws = 100_000;
    private static readonly Dictionary<string, double> Weights = new() { ["a"] = 5, ["up/b"] = 3, ["c"] = 2 };

    [Fact]
    public void Weights_hold_within_one_percent()
    {
        var shares = Count(Input("weighted", Route with { Weights = Weights }));
        Assert.InRange(shares["a"], 0.49, 0.51);
        Assert.InRange(shares["b"], 0.29, 0.31);
        Assert.InRange(shares["c"], 0.19, 0.21);
        Assert.False(shares.ContainsKey("d"));
    }

    [Fact]
    public void The_second_choice_is_drawn_by_weight_too()
    {
        var seconds = Plans(Input("weighted", Route with { Weights = Weights })).Where(static plan => plan.First() == "a").Select(static plan => plan.Names().ElementAt(1)).ToArray();
        Assert.InRange(seconds.Count(static name => name == "b") / (double)seconds.Length, 0.59, 0.61);
    }

    [Fact]
    public void What_has_no_weight_is_tried_last_and_without_weights_all_are_alike()
    {
        Assert.All(Plans(Input("weighted", Route with { Weights = Weights })).Take(100), static plan => Assert.Equal("d", plan.Names().Last()));
        Assert.All(Count(Input("weighted")).Values, static share => Assert.InRange(share, 0.24, 0.26));
    }

    [Fact]
    public void Turns_are_exactly_equal()
    {
        var counts = Enumerable.Range(0, 4_000).Select(turn => Plan(With(Input("round_robin"), turn: turn), Four()).First()).CountBy(static name => name);
        Assert.Equal([1_000, 1_000, 1_000, 1_000], counts.Select(static count => count.Value));
        Assert.Equal(["c", "d", "a", "b"], Plan(With(Input("round_robin"), turn: 6), Four()).Names());
    }

    [Fact]
    public void Callers_of_an_experiment_stay_and_are_in_its_shares()
    {
        var route = Route with { Experiment = new ExperimentConfig { Shares = Weights } };
        var arms = Enumerable.Range(0, Draws).Select(i => Arm(route, $"key-{i}")).ToArray();
        Assert.InRange(arms.Count(static arm => arm == "a") / (double)Draws, 0.49, 0.51);
        Assert.InRange(arms.Count(static arm => arm == "b") / (double)Draws, 0.29, 0.31);
        Assert.InRange(arms.Count(static arm => arm == "c") / (double)Draws, 0.19, 0.21);
        Assert.Equal(arms.Take(1_000), Enumerable.Range(0, 1_000).Select(i => Arm(route, $"key-{i}", draw: (ulong)i)));
    }

    [Fact]
    public void Another_seed_splits_anew_and_independently()
    {
        var one = Route with { Experiment = new ExperimentConfig { Seed = "one" } };
        var two = Route with { Experiment = new ExperimentConfig { Seed = "two" } };
        var same = Enumerable.Range(0, 20_000).Count(i => Arm(one, $"key-{i}") == Arm(two, $"key-{i}"));
        Assert.InRange(same / 20_000.0, 0.24, 0.26);
    }

    [Fact]
    public void An_arm_that_goes_moves_only_its_own_callers()
    {
        var route = Route with { Experiment = new ExperimentConfig { Shares = Weights } };
        for (var i = 0; i < 2_000; i++)
        {
            var input = new PlanInput { Route = route, Strategy = "ab", StickyKey = $"key-{i}" };
            var before = Plan(input, Four()).First();
            var after = Plan(input, Candidate("a"), Candidate("c"), Candidate("d")).First();
            Assert.True(before == "b" ? after is "a" or "c" : after == before);
        }
    }

    [Fact]
    public void Without_a_key_the_experiment_draws()
    {
        var shares = Count(Input("ab", Route with { Experiment = new ExperimentConfig { Shares = Weights } }));
        Assert.InRange(shares["a"], 0.49, 0.51);
        Assert.InRange(shares["c"], 0.19, 0.21);
    }

    [Fact]
    public void A_split_is_the_same_in_every_process()
    {
        // Whoever changes the hash moves every caller of every running experiment: on purpose, or not at all.
        Assert.Equal("b a d a a a b c", string.Join(' ', Enumerable.Range(0, 8).Select(i => Arm(Route, $"key-{i}"))));
    }

    [Fact]
    public void Turns_are_counted_by_route_and_draws_do_not_repeat()
    {
        var chance = new PlanChance(7);
        Assert.Equal([0L, 0L, 1L, 2L, 1L], [chance.Turn("a"), chance.Turn("b"), chance.Turn("a"), chance.Turn("a"), chance.Turn("b")]);
        Assert.Equal(1_000, Enumerable.Range(0, 1_000).Select(_ => chance.Draw()).Distinct().Count());
    }

    private static string Arm(Signalbox.Configuration.RouteConfig route, string key, ulong draw = 0) =>
        Plan(new PlanInput { Route = route, Strategy = "ab", StickyKey = key, Draw = draw }, Four()).First();

    private static Dictionary<string, double> Count(PlanInput input) =>
        Plans(input).CountBy(static plan => plan.First()).ToDictionary(static count => count.Key, static count => count.Value / (double)Draws);

    private static IEnumerable<RoutePlan> Plans(PlanInput input)
    {
        var chance = new PlanChance(20261121);
        return Enumerable.Range(0, Draws).Select(_ => Plan(With(input, chance.Draw()), Four()));
    }

    private static PlanInput With(PlanInput input, ulong draw = 0, long turn = 0) =>
        new() { Route = input.Route, Strategy = input.Strategy, Draw = draw, Turn = turn };

    private static Candidate[] Four() => [Candidate("a"), Candidate("b"), Candidate("c"), Candidate("d")];
}
