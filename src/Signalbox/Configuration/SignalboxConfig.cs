using Signalbox.Configuration.Benchmarks;
using Signalbox.Configuration.Local;
using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;
using Signalbox.Configuration.Resilience;
using Signalbox.Configuration.Versions;

namespace Signalbox.Configuration;

/// <summary>Everything a user can configure: one JSON file, or what the environment offers without one.</summary>
public sealed record SignalboxConfig
{
    /// <summary>How Signalbox itself is reached.</summary>
    public ServerConfig Server { get; init; } = new();

    /// <summary>The services that models run at, by name, in the order of the file.</summary>
    public IReadOnlyDictionary<string, ProviderConfig> Providers { get; init; } = ReadOnlyDictionary<string, ProviderConfig>.Empty;

    /// <summary>Models that run in this process.</summary>
    public LocalConfig Local { get; init; } = new();

    /// <summary>Models by the id that requests use, in the order of the file.</summary>
    public IReadOnlyDictionary<string, ModelConfig> Models { get; init; } = ReadOnlyDictionary<string, ModelConfig>.Empty;

    /// <summary>Routes by id, in the order of the file. A route <c>auto</c> exists even when it is not here.</summary>
    public IReadOnlyDictionary<string, RouteConfig> Routes { get; init; } = ReadOnlyDictionary<string, RouteConfig>.Empty;

    /// <summary>Model versions by name, beside those that Signalbox knows; one of the same name takes its place.</summary>
    public IReadOnlyDictionary<string, VersionConfig> Versions { get; init; } = ReadOnlyDictionary<string, VersionConfig>.Empty;

    /// <summary>The version that is active at the start, from the variable LLM_MODEL_VERSION; null for the banking model's.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>What is done when a provider fails, is slow or is full.</summary>
    public ResilienceConfig Resilience { get; init; } = new();

    /// <summary>Where usage is kept.</summary>
    public LedgerConfig Ledger { get; init; } = new();

    /// <summary>Where the counters of rate limits are kept.</summary>
    public LimitsConfig Limits { get; init; } = new();

    /// <summary>Where answers are kept for reuse.</summary>
    public CacheConfig Cache { get; init; } = new();

    /// <summary>What may be spent; null for no limit.</summary>
    public BudgetsConfig? Budgets { get; init; }

    /// <summary>What is looked for in requests before they leave.</summary>
    public SensitivityConfig Sensitivity { get; init; } = new();

    /// <summary>How models are compared with each other.</summary>
    public BenchmarkConfig Benchmark { get; init; } = new();

    /// <summary>True when there was no file and the providers were found in the environment: each serves its catalog models.</summary>
    public bool Discovered { get; init; }

    internal static ConfigShape<SignalboxConfig> Shape { get; } = new ConfigShape<SignalboxConfig>(new SignalboxConfig())
        .Field("$schema", Kinds.OptionalText, _ => null, (c, _) => c,
            "Where editors find the schema of this file. Signalbox does not read it.")
        .Field("server", Kinds.Record(() => ServerConfig.Shape), c => c.Server, (c, v) => c with { Server = v },
            "How Signalbox itself is reached.")
        .Field("providers", ProviderConfig.Map, c => c.Providers, (c, v) => c with { Providers = v },
            "The services that models run at, by name. A request may name any of their models as provider/upstream-name.")
        .Field("local", Kinds.Record(() => LocalConfig.Shape), c => c.Local, (c, v) => c with { Local = v },
            "Models that run in this process, as the provider local; docs/local-models.md says how.")
        .Field("models", ModelConfig.Map, c => c.Models, (c, v) => c with { Models = v },
            "Models by the id that requests use. Price, context and capabilities come from the catalog unless given here.")
        .Field("routes", RouteConfig.Map, c => c.Routes, (c, v) => c with { Routes = v },
            "Named choices among models. A request names a route where it would name a model; auto always exists.")
        .Field("versions", VersionConfig.Map, c => c.Versions, (c, v) => c with { Versions = v },
            "Names that models are put into service under; the plain routes answer with the active one, and docs/model-versions.md says how it is switched.")
        .Field("resilience", Kinds.Record(() => ResilienceConfig.Shape), c => c.Resilience, (c, v) => c with { Resilience = v },
            "What is done when a provider fails, is slow or is full; docs/resilience.md says how it works together.")
        .Field("ledger", Kinds.Record(() => LedgerConfig.Shape), c => c.Ledger, (c, v) => c with { Ledger = v },
            "Where usage is kept.",
            notYet: new("this version does not store a ledger yet: usage is kept in memory and is gone after a restart"))
        .Field("limits", Kinds.Record(() => LimitsConfig.Shape), c => c.Limits, (c, v) => c with { Limits = v },
            "Where the counters of rate limits are kept.",
            notYet: new("this version does not act on limits yet: nothing is limited, and Redis is not used", v => v.Store == LimitsStore.Redis))
        .Field("cache", Kinds.Record(() => CacheConfig.Shape), c => c.Cache, (c, v) => c with { Cache = v },
            "Where answers are kept for reuse.",
            notYet: new("this version does not cache yet: every request is sent to a provider", v => v.Store != CacheStore.Off))
        .Field("budgets", Kinds.Record(() => BudgetsConfig.Shape), c => c.Budgets, (c, v) => c with { Budgets = v },
            "What may be spent.",
            notYet: new("this version does not act on budgets yet: spending is not limited and no alert is sent", v => v.Daily is not null))
        .Field("sensitivity", Kinds.Record(() => SensitivityConfig.Shape), c => c.Sensitivity, (c, v) => c with { Sensitivity = v },
            "What is looked for in requests before they leave, and what follows from it.")
        .Field("benchmark", Kinds.Record(() => BenchmarkConfig.Shape), c => c.Benchmark, (c, v) => c with { Benchmark = v },
            "How models are compared with each other; docs/benchmark.md says what is measured.");

    /// <summary>The config as JSON, secrets hidden.</summary>
    public override string ToString() => Shape.Print(this);
}
