using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Configuration.Routes;
using Signalbox.Dialects;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;
using static Signalbox.Tests.Routing.Planning.PlanBench;

namespace Signalbox.Tests.Routing.Planning;

/// <summary>Any plan there can be, from a number.</summary>
internal static class RandomPlan
{
    private static readonly Modalities[] Inputs = [Modalities.Text, Modalities.Text | Modalities.Image, (Modalities)31];

    public static PlanInput Input(Random random, string strategy, SensitivityLabel? sensitivity = null) => new()
    {
        Route = RandomRoute(random),
        Strategy = strategy,
        Task = random.Next(2) == 0 ? "chat" : "translation",
        Difficulty = random.NextDouble(),
        StrongNeeded = random.Next(3) == 0 ? double.NaN : random.NextDouble(),
        InputTokens = random.Next(4) == 0 ? random.Next(300_000) : random.Next(5_000),
        OutputTokens = random.Next(2_000),
        MaxOutputTokens = random.Next(2) * random.Next(8_000),
        Input = Inputs[random.Next(Inputs.Length)],
        Needs = (RequestNeeds)random.Next(32),
        Sensitivity = sensitivity ?? (SensitivityLabel)random.Next(3),
        MaxCostUsd = random.Next(4) == 0 ? (decimal)random.NextDouble() : null,
        MaxLatency = random.Next(4) == 0 ? TimeSpan.FromMilliseconds(random.Next(3_000)) : null,
        HasBudget = random.Next(4) == 0,
        StickyKey = random.Next(2) == 0 ? $"key-{random.Next(100)}" : null,
        Draw = (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        Turn = random.Next(1_000),
    };

    public static Candidate[] Candidates(Random random)
    {
        var candidates = new Candidate[random.Next(1, 13)];
        for (var i = 0; i < candidates.Length; i++)
        {
            candidates[i] = One(random, i);
        }

        return candidates;
    }

    private static Candidate One(Random random, int i)
    {
        var model = Model($"m{i}") with
        {
            Kind = random.Next(12) == 0 ? ModelKind.Embedding : ModelKind.Chat,
            IsKnown = random.Next(4) != 0,
            ContextWindow = random.Next(4) == 0 ? null : 1_000 << random.Next(10),
            Input = Inputs[random.Next(Inputs.Length)],
            Capabilities = new ModelCapabilities { Tools = random.Next(3) != 0, ForcedTools = random.Next(2) == 0, JsonSchema = random.Next(2) == 0, Prefill = random.Next(2) == 0 },
        };
        var isFallback = random.Next(4) == 0;
        var candidate = Candidate($"m{i}", random.Next(3) == 0 ? null : random.Next(20) / 10m, random.Next(11) / 10d, random.Next(3) == 0 ? null : random.Next(3_000), model);
        return (candidate with
        {
            Outstanding = random.Next(10),
            FailureShare = random.Next(3) == 0 ? random.NextDouble() : 0,
            IsResting = random.Next(5) == 0,
            CachedTokens = random.Next(3) == 0 ? random.Next(10_000) : 0,
            TaskRank = random.Next(-1, 4),
        }).With(deployment => deployment with
        {
            Locality = random.Next(3) == 0 ? Locality.Local : Locality.Cloud,
            IsFallback = isFallback,
            FallbackFor = isFallback && random.Next(2) == 0 ? (random.Next(2) == 0 ? ErrorKind.ContextLength : ErrorKind.ContentFiltered) : null,
            UseCases = random.Next(3) == 0 ? ["translation"] : [],
            MaxConcurrency = random.Next(3) == 0 ? random.Next(1, 8) : null,
        });
    }

    private static RouteConfig RandomRoute(Random random) => Route with
    {
        Weights = random.Next(2) == 0 ? new Dictionary<string, double> { ["m0"] = 3, ["up/m1"] = 1, ["m2"] = 0 } : new Dictionary<string, double>(),
        Learned = new LearnedConfig { Weak = random.Next(2) == 0 ? "m1" : null, Strong = random.Next(2) == 0 ? "up/m2" : null },
        Experiment = new ExperimentConfig { Shares = random.Next(2) == 0 ? new Dictionary<string, double> { ["m0"] = 1, ["m3"] = 1 } : new Dictionary<string, double>() },
    };
}
