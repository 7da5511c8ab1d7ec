using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Planning;

namespace Signalbox.Benchmarks;

/// <summary>Plans for 50 candidates, with every strategy: constraints, expected costs, scores and order, as each request pays for them.</summary>
internal static class PlanPath
{
    private const int Candidates = 50;
    private const int Batch = 40;
    private const int Batches = 250;
    private static readonly Planner Planner = new();

    public static IEnumerable<(string Name, long Nanoseconds)> Measure()
    {
        var candidates = Make();
        foreach (var strategy in RouteConfig.StrategyWords)
        {
            yield return ($"plan for 50 candidates, {strategy}", MedianTime(Input(strategy), candidates));
        }
    }

    /// <summary>One plan by the strategy that the route <c>auto</c> usually has.</summary>
    public static Action Once()
    {
        var candidates = Make();
        var input = Input("balanced");
        return () => Planner.Plan(input, (Candidate[])candidates.Clone());
    }

    private static long MedianTime(PlanInput input, Candidate[] candidates) =>
        Timing.Median(Batches, Batch, () => Planner.Plan(input, (Candidate[])candidates.Clone()));

    private static PlanInput Input(string strategy) => new()
    {
        Route = new RouteConfig { Id = "bench", Models = ["any"] },
        Strategy = strategy,
        Now = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero),
        Task = "translation",
        Difficulty = 0.5,
        StrongNeeded = 0.5,
        InputTokens = 4_000,
        OutputTokens = 400,
        MaxCostUsd = 1,
        MaxLatency = TimeSpan.FromSeconds(10),
        StickyKey = "caller",
        Draw = 20_261_121,
    };

    private static Candidate[] Make()
    {
        var candidates = new Candidate[Candidates];
        for (var i = 0; i < candidates.Length; i++)
        {
            // Neither sorted nor the same: 7 and 50 have no common factor.
            var rank = i * 7 % Candidates;
            var model = new CatalogModel
            {
                Provider = "up",
                Id = $"model-{i}",
                ContextWindow = 128_000 + rank,
                Prices = [new ModelPrice { From = new(2026, 1, 1), Source = "bench", Input = 1 + rank, Output = 4 + rank, CacheRead = 0.1m, CacheWrite = 1.25m }],
            };
            var deployment = new Deployment(new NoProvider(), model.Id, model) { UseCases = i % 3 == 0 ? ["translation"] : [] };
            candidates[i] = new Candidate { Deployment = deployment, Place = i, Quality = rank / 50.0, LatencyMs = 200 + rank, Outstanding = rank % 5, CachedTokens = i == 3 ? 3_000 : 0 };
        }

        return candidates;
    }

    private sealed class NoProvider : IProvider
    {
        public string Name => "up";

        public Locality Locality => Locality.Cloud;

        public Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel) => throw new InvalidOperationException("A plan calls nobody.");
    }
}
