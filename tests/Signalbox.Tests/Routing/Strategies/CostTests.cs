using FsCheck;
using FsCheck.Fluent;
using Signalbox.Catalog;
using Signalbox.Routing.Planning;
using Signalbox.Tests.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class CostTests
{
    [Fact]
    public void Cheapest_is_the_cheapest_for_any_table_of_prices() => Check(random =>
    {
        var models = Enumerable.Range(0, random.Next(1, 10)).Select(i => Priced(random, i)).ToArray();
        var input = new PlanInput { Route = Route, Strategy = "cheapest", Now = Now, InputTokens = random.Next(100_000), OutputTokens = random.Next(1, 4_000) };
        var plan = Plan(input, models);
        var costs = plan.Candidates.Select(c => Known(c.Deployment.Model, input)).ToArray();
        return plan.Order.Select(place => costs[place] ?? decimal.MaxValue).SequenceEqual(costs.Select(cost => cost ?? decimal.MaxValue).Order());
    });

    [Fact]
    public void An_unknown_price_is_never_the_cheapest() =>
        Assert.Equal(["dear", "unknown"], Plan(Input("cheapest"), Candidate("unknown"), Candidate("dear", 1_000_000)).Names());

    [Fact]
    public void Of_equal_prices_the_model_meant_for_the_task_goes_first()
    {
        var meant = Candidate("meant", 1).With(static deployment => deployment with { UseCases = ["translation"] });
        var input = new PlanInput { Route = Route, Strategy = "cheapest", Task = "translation" };
        Assert.Equal(["meant", "other"], Plan(input, Candidate("other", 1), meant).Names());
        Assert.Equal(["other", "meant"], Plan(Input("cheapest"), Candidate("other", 1), meant).Names());
    }

    [Fact]
    public void A_conversation_moves_only_when_that_saves_more_than_its_cache_is_worth() => Check(random =>
    {
        var tokens = random.Next(2_000, 100_000);
        var cached = random.Next(0, tokens);
        var input = new PlanInput { Route = Route, Strategy = "cheapest", Now = Now, InputTokens = tokens, OutputTokens = random.Next(1, 2_000), LastServedBy = "up/m0" };
        var (old, other) = (Priced(random, 0, isKnown: true), Priced(random, 1, isKnown: true));
        old.CachedTokens = cached;
        var plan = Plan(input, old, other);

        // By hand, without the code under test: what was cached is read there and written here.
        var (here, there) = (old.Deployment.Model.Prices[0], other.Deployment.Model.Prices[0]);
        var stays = ((tokens - cached) * here.Input) + (cached * here.CacheRead!.Value) + (input.OutputTokens * here.Output!.Value);
        var moves = ((tokens - cached) * there.Input) + (cached * (there.CacheWrite ?? there.Input)) + (input.OutputTokens * there.Output!.Value);
        return plan.First() == (moves < stays ? "m1" : "m0");
    });

    [Fact]
    public void A_cheaper_model_does_not_take_over_a_long_conversation_but_a_new_one()
    {
        var old = Candidate("old", model: Model("old") with { Prices = [Price(3, 15, 0.3m, 3.75m)] });
        var cheaper = Candidate("cheaper", model: Model("cheaper") with { Prices = [Price(2, 10, 0.2m, null)] });
        var input = new PlanInput { Route = Route, Strategy = "cheapest", Now = Now, InputTokens = 50_000, OutputTokens = 500 };
        Assert.Equal("cheaper", Plan(input, old, cheaper).First());
        Assert.Equal("old", Plan(input, old with { CachedTokens = 48_000 }, cheaper).First());
    }

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    private static Candidate Priced(Random random, int i, bool isKnown = false)
    {
        var model = Model($"m{i}") with { ContextWindow = null };
        return Candidate($"m{i}", model: isKnown || random.Next(5) > 0
            ? model with { Prices = [Price(random.Next(1, 500) / 100m, random.Next(1, 2_000) / 100m, random.Next(1, 100) / 100m, random.Next(2) == 0 ? null : random.Next(1, 600) / 100m)] }
            : model);
    }

    private static ModelPrice Price(decimal input, decimal output, decimal cacheRead, decimal? cacheWrite) =>
        new() { From = new(2026, 1, 1), Source = "test", Input = input, Output = output, CacheRead = cacheRead, CacheWrite = cacheWrite };

    private static decimal? Known(CatalogModel model, PlanInput input) => model.Prices is [var price]
        ? (input.InputTokens * price.Input) + (input.OutputTokens * price.Output)
        : null;

    private static void Check(Func<Random, bool> law) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => law(new Random(seed))).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
}
