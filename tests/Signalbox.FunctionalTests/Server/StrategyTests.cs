using Signalbox.Configuration;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>Each strategy, constraint and task table switched on by the configuration alone, and asked over HTTP.</summary>
public class StrategyTests
{
    private const string Models = """
        , "models": {
            "weak":   { "provider": "openai-chat", "upstream": "w", "quality": 0.3, "price": { "input": 0.1, "output": 0.2 }, "contextWindow": 500000 },
            "middle": { "provider": "openai-chat", "upstream": "m", "quality": 0.6, "price": { "input": 1, "output": 2 }, "contextWindow": 100000 },
            "strong": { "provider": "openai-chat", "upstream": "s", "quality": 0.9, "price": { "input": 10, "output": 20 }, "contextWindow": 200000 } }
        """;

    public static TheoryData<string, string> Chosen => new()
    {
        { "ordered", """ "strategy": "ordered" => middle""" },
        { "cheapest", """ "strategy": "cheapest" => weak""" },
        { "quality", """ "strategy": "quality" => strong""" },
        { "fastest", """ "strategy": "fastest" => any""" },
        { "balanced", """ "strategy": "balanced", "balance": { "cost": 0, "quality": 1, "latency": 0 } => strong""" },
        { "rules", """ "strategy": "rules", "rules": { "simpleBelow": 1, "complexFrom": 1, "simpleQuality": 0.5 } => middle""" },
        { "learned", """ "strategy": "learned", "learned": { "weak": "middle", "strongShare": 0 } => middle""" },
        { "cascade", """ "strategy": "cascade", "cascade": { "threshold": 0 } => weak""" },
        { "round_robin", """ "strategy": "round_robin" => weak middle strong""" },
        { "weighted", """ "strategy": "weighted", "weights": { "weak": 1, "strong": 1 } => weak strong""" },
        { "least_busy", """ "strategy": "least_busy" => any""" },
        { "ab", """ "strategy": "ab", "experiment": { "shares": { "strong": 1 } } => strong""" },
        { "task table", """ "strategy": "ordered", "task": "translation", "tasks": { "translation": ["strong", "weak"] } => strong""" },
        { "another task", """ "strategy": "ordered", "task": "chat", "tasks": { "translation": ["strong"] } => middle""" },
        { "largest cost", """ "strategy": "quality", "maxCostUsd": 0.001 => middle""" },
    };

    [Fact]
    public void No_strategy_is_forgotten() =>
        Assert.Subset(Chosen.Select(static row => row.Data.Item1).ToHashSet(), RouteConfig.StrategyWords.ToHashSet());

    [Theory]
    [MemberData(nameof(Chosen))]
    public async Task The_configuration_alone_decides_who_answers(string name, string routeAndModels)
    {
        var parts = routeAndModels.Split(" => ");
        var expected = parts[1].Split(' ').Order();
        await using var bench = await StartAsync(parts[0]);
        var seen = new HashSet<string>();
        for (var i = 0; i < 60; i++)
        {
            seen.Add(await AskAsync(bench));
        }

        // Who is fastest or least busy is for the clock to say; that it was asked for is in the decision.
        var plan = bench.Gateway.Runtime.Decisions.Latest(1)[0].Plan!;
        Assert.True(!RouteConfig.StrategyWords.Contains(name) || plan.Input.Strategy == name, plan.Input.Strategy);
        Assert.Equal(plan.Input.Strategy == "ordered", plan.Reason.StartsWith("in the order", StringComparison.Ordinal));
        Assert.True(parts[1] == "any" || expected.SequenceEqual(seen.Order()), $"{name}: {string.Join(' ', seen)}");
    }

    [Fact]
    public async Task Turns_are_taken_through_the_server()
    {
        await using var bench = await StartAsync(""" "strategy": "round_robin" """);
        var seen = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            seen.Add(await AskAsync(bench));
        }

        Assert.Equal(["middle", "weak", "strong", "middle", "weak", "strong"], seen);
    }

    [Fact]
    public async Task A_route_without_a_model_that_fits_refuses_with_every_reason_and_calls_nobody()
    {
        await using var bench = await StartAsync(""" "maxCostUsd": 0 """);
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("r", false), wire.Request("r", false));
        Assert.Equal((400, "no_candidate"), (answer.Status, answer.ErrorWord));
        foreach (var model in (string[])["weak", "middle", "strong"])
        {
            Assert.Contains($"{model} costs about $", answer.Text, StringComparison.Ordinal);
        }

        Assert.Contains("Raise the largest cost", answer.Text, StringComparison.Ordinal);
        Assert.Empty(bench.Upstream.Calls);
    }

    private static Task<SampleBench> StartAsync(string route) =>
        SampleBench.StartAsync($$"""{{Models}}, "routes": { "r": { "models": ["middle", "weak", "strong"], {{route}} } }""");

    private static async Task<string> AskAsync(SampleBench bench)
    {
        var wire = Wire.Of("openai-chat");
        var answer = await bench.Gateway.AskAsync(wire.Path("r", false), wire.Request("r", false));
        Assert.Equal(200, answer.Status);
        return answer.Headers["x-signalbox-model"] switch
        {
            "openai-chat/w" => "weak",
            "openai-chat/m" => "middle",
            "openai-chat/s" => "strong",
            var other => other,
        };
    }
}
