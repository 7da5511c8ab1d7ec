using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Experiments;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;

namespace Signalbox.Tests.Routing.Decisions;

/// <summary>A decision with something in every field, made by hand.</summary>
internal static class SampleDecision
{
    public const string ProviderKey = "secret-of-the-provider";
    public const string PromptWords = "the prompt that a provider quotes";
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private const string ConfigJson = """
        {
          "providers": {
            "north": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9/v1", "apiKey": "secret-of-the-provider" },
            "south": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:9/v1" },
            "house": { "dialect": "ollama", "baseUrl": "http://127.0.0.1:9", "locality": "local" }
          },
          "models": {
            "large": { "provider": "north", "upstream": "large-1" },
            "small": { "provider": "south", "upstream": "small-1" },
            "tiny": { "provider": "house", "upstream": "tiny-1" }
          },
          "routes": { "desk": { "strategy": "cheapest", "models": ["large", "small"], "fallbacks": ["tiny"] } }
        }
        """;

    /// <summary>Answered by the second target: the first one failed.</summary>
    public static DecisionRecord Answered(ProviderServices services)
    {
        var decision = Planned(services);
        decision.Add(Attempt("south/small-1", AttemptKind.First, 0, AttemptOutcome.Failed, new GatewayError(ErrorKind.RateLimited, "Slow down, secret-of-the-provider.")
        { Status = 429, Code = "requests", RetryAfter = TimeSpan.FromSeconds(2), IsProvidersText = true }));
        var served = Attempt("north/large-1", AttemptKind.Fallback, 150, AttemptOutcome.Served, null);
        served.Usage = new UsageDetails { InputTokenCount = 420, OutputTokenCount = 96, CachedInputTokenCount = 128, ReasoningTokenCount = 0 };
        served.TimeToFirstOutput = TimeSpan.FromMilliseconds(640.5);
        served.CostUsd = 0.00201m;
        decision.Add(served);
        (decision.ServedBy, decision.CostUsd, decision.Duration) = ("north/large-1", 0.00201m, TimeSpan.FromMilliseconds(2310.25));
        decision.Feedback = new Feedback(0.8, "Right, but long.", Noon.AddMinutes(1));
        decision.Finish();
        return decision;
    }

    /// <summary>Planned, and nothing sent yet.</summary>
    public static DecisionRecord Planned(ProviderServices services)
    {
        var config = ConfigLoader.Parse(Encoding.UTF8.GetBytes(ConfigJson), new Dictionary<string, string>()).Config!;
        var route = new GatewaySnapshot(config, ModelCatalog.LoadEmbedded(), services, []).Find("desk")!;
        var input = new PlanInput
        {
            Route = route.Settings,
            Strategy = "cheapest",
            Task = "text_summarization",
            Difficulty = 0.42,
            InputTokens = 431,
            OutputTokens = 120,
            MaxOutputTokens = 400,
            Input = Modalities.Text | Modalities.Image,
            Needs = RequestNeeds.Tools | RequestNeeds.JsonSchema,
            Sensitivity = Signalbox.Sensitivity.SensitivityLabel.Internal,
            MaxCostUsd = 0.01m,
        };
        var candidates = new Candidate[]
        {
            new() { Deployment = route.Targets[0], Place = 0, CostUsd = 0.0023m, Quality = 0.9, LatencyMs = 700, Score = -0.0023, Outstanding = 3, FailureShare = 0.01 },
            new() { Deployment = route.Targets[1], Place = 1, CostUsd = 0.0001m, Quality = 0.6, LatencyMs = 210.5, Score = -0.0001, CachedTokens = 128 },
            new() { Deployment = route.Targets[2], Place = 2, Quality = 0.5, Removal = Removal.ContextWindow, RemovalNeeds = 9431, RemovalHas = 8192 },
        };
        return new DecisionRecord { RequestId = "0123456789abcdef01234567", StartedAt = Noon, Dialect = "anthropic-messages" }.With(decision =>
        {
            decision.RequestedModel = "desk";
            decision.Route = "desk";
            decision.Language = "de";
            decision.SensitiveKinds = ["email"];
            decision.Plan = new RoutePlan(input, candidates, [1, 0], "the cheapest of those that can serve the request");
        });
    }

    public static AttemptRecord Attempt(string model, AttemptKind kind, int afterMs, AttemptOutcome outcome, GatewayError? error) => new()
    {
        Model = model,
        Kind = kind,
        StartedAt = Noon.AddMilliseconds(afterMs),
        Duration = TimeSpan.FromMilliseconds(outcome == AttemptOutcome.Served ? 2160 : 140),
        Error = error,
        Outcome = outcome,
    };

    private static DecisionRecord With(this DecisionRecord decision, Action<DecisionRecord> set)
    {
        set(decision);
        return decision;
    }
}
