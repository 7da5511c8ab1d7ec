using FsCheck;
using FsCheck.Fluent;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Configuration.Routes;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;
using Signalbox.Tests.Routing.Planning;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Strategies;

public sealed class QualityTests
{
    [Fact]
    public void The_best_goes_first_and_of_equals_the_cheaper() =>
        Assert.Equal(["best", "cheap", "dear"], Plan(Input("quality"), Candidate("dear", 2, 0.8), Candidate("cheap", 1, 0.8), Candidate("best", 9, 0.9)).Names());

    [Fact]
    public void A_model_meant_for_the_task_counts_a_tenth_better()
    {
        var input = new PlanInput { Route = Route, Strategy = "quality", Task = "translation" };
        var meant = Candidate("meant", quality: 0.85).With(static deployment => deployment with { UseCases = ["chat", "translation"] });
        Assert.Equal("meant", Plan(input, Candidate("better", quality: 0.94), meant).First());
        Assert.Equal("better", Plan(input, Candidate("better", quality: 0.96), meant).First());
    }

    [Fact]
    public void A_conversation_stays_unless_another_model_is_clearly_better()
    {
        var input = new PlanInput { Route = Route, Strategy = "quality", InputTokens = 10_000 };
        var old = Candidate("old", quality: 0.8) with { CachedTokens = 10_000 };
        Assert.Equal("old", Plan(input, Candidate("better", quality: 0.84), old).First());
        Assert.Equal("better", Plan(input, Candidate("better", quality: 0.86), old).First());
    }

    [Theory]
    [InlineData(0.34, 100, SensitivityLabel.Public, "cheap", "simple: the cheapest that is good enough first")]
    [InlineData(0.34, 20_000, SensitivityLabel.Public, "cheap", "simple: the cheapest that is good enough first")]
    [InlineData(0.35, 8_001, SensitivityLabel.Public, "roomy", "a long prompt: the most room first")]
    [InlineData(0.9, 8_001, SensitivityLabel.Public, "roomy", "a long prompt: the most room first")]
    [InlineData(0.7, 8_000, SensitivityLabel.Internal, "best", "complex: the best first")]
    [InlineData(0.69, 8_000, SensitivityLabel.Public, "middle", "neither simple, long nor complex: balanced")]
    [InlineData(0.1, 100, SensitivityLabel.Confidential, "local", "confidential: local models only; simple: the cheapest that is good enough first")]
    [InlineData(0.9, 100, SensitivityLabel.Confidential, "local", "confidential: local models only; complex: the best first")]
    [InlineData(0.5, 9_000, SensitivityLabel.Confidential, "local", "confidential: local models only; a long prompt: the most room first")]
    [InlineData(0.5, 100, SensitivityLabel.Confidential, "local", "confidential: local models only; otherwise balanced")]
    internal void The_decision_table_row_by_row(double difficulty, int tokens, SensitivityLabel label, string first, string reason)
    {
        var input = new PlanInput
        {
            Route = Route with { Rules = new RulesConfig { SimpleQuality = 0.4 } },
            Strategy = "rules",
            Difficulty = difficulty,
            InputTokens = tokens,
            Sensitivity = label,
        };
        var plan = Plan(input,
            Candidate("best", 0.10m, 0.95, 2_000), Candidate("roomy", 0.05m, 0.7, 2_000, Model("roomy") with { ContextWindow = 1_000_000 }),
            Candidate("middle", 0.012m, 0.85, 300), Candidate("cheap", 0.01m, 0.5, 1_500), Candidate("bad", 0.001m, 0.1, 3_000),
            Candidate("local", 0.02m, 0.3, 4_000).With(static deployment => deployment with { Locality = Locality.Local }));
        Assert.Equal((first, reason), (plan.First(), plan.Reason));
    }

    [Fact]
    public void Of_equally_good_models_the_one_that_reasons_gets_what_is_complex()
    {
        var reasons = Candidate("reasons", 2, 0.8, model: Model("r") with { Capabilities = new ModelCapabilities { Reasoning = ReasoningKind.Effort } });
        var input = new PlanInput { Route = Route, Strategy = "rules", Difficulty = 1 };
        Assert.Equal("reasons", Plan(input, Candidate("plain", 1, 0.84), reasons).First());
        Assert.Equal("plain", Plan(input, Candidate("plain", 1, 0.86), reasons).First());
    }

    [Theory]
    [InlineData(0.49, "weak strong middle")]
    [InlineData(0.5, "strong weak middle")]
    public void The_prediction_decides_between_weak_and_strong_at_the_threshold(double needed, string order)
    {
        var input = new PlanInput { Route = Route, Strategy = "learned", StrongNeeded = needed };
        Assert.Equal(order, string.Join(' ', Plan(input, Candidate("middle", 2, 0.7), Candidate("strong", 3, 0.9), Candidate("weak", 1, 0.5)).Names()));
    }

    [Fact]
    public void The_threshold_is_the_predictors_and_the_pair_is_the_routes()
    {
        var route = Route with { Learned = new LearnedConfig { Weak = "up/b", Strong = "c" } };
        Candidate[] three = [Candidate("a", 1, 0.9), Candidate("b", 2, 0.5), Candidate("c", 3, 0.6)];
        Assert.Equal(["c", "b", "a"], Plan(new PlanInput { Route = route, Strategy = "learned", StrongNeeded = 0.3, StrongFrom = 0.2 }, [.. three]).Names());
        Assert.Equal(["b", "c", "a"], Plan(new PlanInput { Route = route, Strategy = "learned", StrongNeeded = 0.3, StrongFrom = 0.31 }, [.. three]).Names());
    }

    [Fact]
    public void A_share_of_the_scores_above_the_threshold_is_the_share_of_strong_calls()
    {
        var random = new Random(6);
        var strong = Enumerable.Range(0, 20_000).Count(_ => Plan(
            new PlanInput { Route = Route, Strategy = "learned", StrongNeeded = random.NextDouble(), StrongFrom = 0.8 }, Candidate("weak", 1, 0.5), Candidate("strong", 2, 0.9)).First() == "strong");
        Assert.InRange(strong / 20_000.0, 0.19, 0.21);
    }

    [Theory]
    [InlineData(0.4, "weak")]
    [InlineData(0.6, "strong")]
    public void Without_a_prediction_the_difficulty_stands_in(double difficulty, string first) =>
        Assert.Equal(first, Plan(new PlanInput { Route = Route, Strategy = "learned", Difficulty = difficulty }, Candidate("weak", 1, 0.5), Candidate("strong", 2, 0.9)).First());

    [Fact]
    public void When_the_routes_weak_model_is_out_the_cheapest_left_stands_in()
    {
        var route = Route with { Learned = new LearnedConfig { Weak = "a" } };
        var plan = Plan(new PlanInput { Route = route, Strategy = "learned", StrongNeeded = 0 }, Candidate("a", 1) with { IsResting = true }, Candidate("c", 3, 0.9), Candidate("b", 2, 0.6));
        Assert.Equal(["b", "c"], plan.Names());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Balanced_never_ranks_a_model_lower_for_becoming_better_in_one_thing(int thing) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var route = Route with { Balance = new BalanceConfig { Cost = random.Next(4), Quality = random.Next(4), Latency = random.Next(4) } };
            var before = Enumerable.Range(0, random.Next(2, 8)).Select(i => Candidate($"m{i}", random.Next(1, 100), random.NextDouble(), random.Next(1, 3_000))).ToArray();
            var after = (Candidate[])before.Clone();
            after[0] = thing switch
            {
                0 => after[0] with { CostUsd = after[0].CostUsd * random.Next(100) / 100 },
                1 => after[0] with { Quality = Math.Min(1, after[0].Quality + random.NextDouble()) },
                _ => after[0] with { LatencyMs = after[0].LatencyMs * random.NextDouble() },
            };
            return Rank(route, after) <= Rank(route, before);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Balanced_becomes_each_of_its_parts_when_only_that_has_a_weight()
    {
        Assert.Equal("cheap", Weighing(1, 0, 0));
        Assert.Equal("best", Weighing(0, 1, 0));
        Assert.Equal("quick", Weighing(0, 0, 1));
        Assert.Equal("best", Weighing(0, 0, 0));

        static string Weighing(double cost, double quality, double latency) => Plan(
            Input("balanced", Route with { Balance = new BalanceConfig { Cost = cost, Quality = quality, Latency = latency } }),
            Candidate("cheap", 1, 0.5, 900), Candidate("best", 9, 0.9, 900), Candidate("quick", 9, 0.5, 100)).First();
    }

    [Fact]
    public void Balanced_takes_an_unknown_price_for_the_worst_and_an_unknown_speed_for_average()
    {
        Assert.Equal(["dear", "unknown"], Plan(Input("balanced"), Candidate("unknown", null, 0.5, 100), Candidate("dear", 100, 0.5, 100)).Names());
        Assert.Equal(["quick", "unknown", "slow"], Plan(Input("balanced"), Candidate("slow", 1, 0.5, 900), Candidate("unknown", 1), Candidate("quick", 1, 0.5, 100)).Names());
    }

    private static int Rank(RouteConfig route, Candidate[] candidates) => Array.IndexOf(Plan(Input("balanced", route), candidates).Order, 0);
}
