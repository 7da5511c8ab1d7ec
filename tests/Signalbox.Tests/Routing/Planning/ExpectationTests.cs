using Signalbox.Catalog;
using Signalbox.Configuration.Routes;
using Signalbox.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Planning;

public sealed class ExpectationTests
{
    private static readonly ModelPrice Price = new() { From = new(2026, 1, 1), Source = "test", Input = 10, Output = 40, CacheRead = 1, CacheWrite = 12.5m };

    [Theory]
    [InlineData(1_000, 100, 0, 0, 0.014)]
    [InlineData(1_000, 100, 800, 800, 0.0068)]
    [InlineData(1_000, 100, 0, 800, 0.016)]
    [InlineData(1_000, 100, 5_000, 5_000, 0.005)]
    public void A_request_costs_its_fresh_its_cached_its_rewritten_and_its_output_tokens(int input, int output, int cached, int conversation, decimal expected) =>
        Assert.Equal(expected, Expectations.Cost(Price, input, output, cached, conversation));

    [Fact]
    public void A_long_prompt_costs_the_long_price_as_a_whole()
    {
        var tiered = Price with { LongContextAbove = 1_000, LongContext = Price with { Input = 20, Output = 60 } };
        Assert.Equal(0.01m, Expectations.Cost(tiered, 1_000, 0, 0, 0));
        Assert.Equal(0.02002m, Expectations.Cost(tiered, 1_001, 0, 0, 0));
    }

    [Fact]
    public void What_is_not_known_costs_null_and_never_nothing()
    {
        Assert.Null(Expectations.Cost(null, 1, 1, 0, 0));
        Assert.Null(Expectations.Cost(Price with { Output = null }, 1, 1, 0, 0));
    }

    [Fact]
    public void The_price_is_that_of_the_day()
    {
        var model = Model("m") with { Prices = [Price, Price with { From = new(2026, 6, 1), Input = 20 }] };
        Assert.Equal(0.01m + (0.00004m * Expectations.UsualOutputTokens), CostOn(new(2026, 5, 31, 23, 59, 59, TimeSpan.Zero)));
        Assert.Equal(0.02m + (0.00004m * Expectations.UsualOutputTokens), CostOn(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)));
        Assert.Null(CostOn(new(2025, 12, 31, 0, 0, 0, TimeSpan.Zero)));

        decimal? CostOn(DateTimeOffset now) =>
            Plan(new PlanInput { Route = Route, Strategy = "ordered", Now = now, InputTokens = 1_000 }, Candidate("m", model: model)).Candidates[0].CostUsd;
    }

    [Fact]
    public void A_cache_counts_only_where_the_route_wants_it_and_the_provider_caches_so_little()
    {
        var model = Model("m") with { Prices = [Price], Capabilities = new ModelCapabilities { MinCacheTokens = 1_024 } };
        Assert.Equal(1_024, Cached(1_024, true));
        Assert.Equal(0, Cached(1_023, true));
        Assert.Equal(0, Cached(1_024, false));

        int Cached(int tokens, bool isEnabled) => Plan(
            new PlanInput { Route = Route with { Affinity = new AffinityConfig { Enabled = isEnabled } }, Strategy = "ordered", InputTokens = 2_000 },
            Candidate("m", model: model) with { CachedTokens = tokens }).Candidates[0].CachedTokens;
    }
}
