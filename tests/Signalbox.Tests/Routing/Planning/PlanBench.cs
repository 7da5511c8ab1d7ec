using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Planning;

namespace Signalbox.Tests.Routing.Planning;

/// <summary>Candidates and inputs without a configuration, and plans made of them.</summary>
internal static class PlanBench
{
    private static readonly Planner Planner = new();

    public static Candidate Candidate(string name, decimal? cost = null, double quality = 0.5, double? latency = null, CatalogModel? model = null)
    {
        var deployment = new Deployment(new NoProvider("up"), name, model ?? Model(name)) { Id = name };
        return new Candidate { Deployment = deployment, CostUsd = cost, Quality = quality, LatencyMs = latency };
    }

    public static CatalogModel Model(string name) => new() { Provider = "up", Id = name, ContextWindow = 100_000 };

    public static RouteConfig Route => new() { Id = "r", Models = ["any"] };

    public static PlanInput Input(string strategy, RouteConfig? route = null) => new() { Route = route ?? Route, Strategy = strategy };

    /// <summary>Plans with each candidate's place set to where it stands.</summary>
    public static RoutePlan Plan(PlanInput input, params Candidate[] candidates)
    {
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i].Place = i;
        }

        return Planner.Plan(input, candidates);
    }

    public static RouteWalk Walk(RoutePlan plan) => Planner.Find(plan.Input.Strategy).Walk(plan);

    /// <summary>The names of what is tried, in order.</summary>
    public static IEnumerable<string> Names(this RoutePlan plan) => plan.Order.Select(place => plan.Candidates[place].Deployment.Upstream);

    public static string First(this RoutePlan plan) => plan.Names().First();

    public static Candidate With(this Candidate candidate, Func<Deployment, Deployment> change)
    {
        candidate.Deployment = change(candidate.Deployment);
        return candidate;
    }

    public static IEnumerable<string> Strategies => RouteConfig.StrategyWords;

    private sealed class NoProvider(string name) : IProvider
    {
        public string Name => name;

        public Locality Locality => Locality.Cloud;

        public Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel) =>
            throw new InvalidOperationException("A plan calls nobody.");
    }
}
