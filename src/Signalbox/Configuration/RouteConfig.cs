using System.Collections.ObjectModel;
using Signalbox.Configuration.Fields;
using Signalbox.Configuration.Routes;

namespace Signalbox.Configuration;

/// <summary>A named choice among models.</summary>
public sealed record RouteConfig
{
    /// <summary>The id that requests name instead of a model.</summary>
    public required string Id { get; init; }

    /// <summary>Every strategy, by the words of the configuration and of <c>x-signalbox-strategy</c>.</summary>
    internal static readonly string[] StrategyWords =
    [
        "ordered", "rules", "cheapest", "quality", "fastest", "balanced", "learned", "cascade", "round_robin", "weighted", "least_busy", "ab",
    ];

    /// <summary>How a model is chosen; null tries them in the order of <see cref="Models"/>.</summary>
    public string? Strategy { get; init; }

    /// <summary>What it chooses from: ids of models or routes, or provider/upstream-name.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>What is tried, in this order, when none of the models answered.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Refuses a request that could only be translated with a loss. Default: false.</summary>
    public bool Strict { get; init; }

    /// <summary>What is tried instead when a reason names it: <c>context_length</c> or <c>content_filtered</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> FallbacksFor { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>Which of the models (or routes) may serve a task, best first, by the words of <c>x-signalbox-task</c>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Tasks { get; init; } = ReadOnlyDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>The task of every request of this route that names none; null to classify it.</summary>
    public string? Task { get; init; }

    /// <summary>Weights by model for the strategy <c>weighted</c>. Default: all alike.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = ReadOnlyDictionary<string, double>.Empty;

    /// <summary>How the strategy <c>balanced</c> weighs.</summary>
    public BalanceConfig Balance { get; init; } = new();

    /// <summary>Thresholds of the strategy <c>rules</c>.</summary>
    public RulesConfig Rules { get; init; } = new();

    /// <summary>Settings of the strategy <c>learned</c>.</summary>
    public LearnedConfig Learned { get; init; } = new();

    /// <summary>Settings of the strategy <c>cascade</c>.</summary>
    public CascadeConfig Cascade { get; init; } = new();

    /// <summary>Settings of the strategy <c>ab</c>.</summary>
    public ExperimentConfig Experiment { get; init; } = new();

    /// <summary>A second request when the first is slow to begin.</summary>
    public HedgeConfig Hedge { get; init; } = new();

    /// <summary>Keeping conversations where their prompt cache is.</summary>
    public AffinityConfig Affinity { get; init; } = new();

    /// <summary>Continues an answer that broke off on the next model that can be prefilled. Default: false.</summary>
    public bool Continue { get; init; }

    /// <summary>Adds a sentence to the instructions of requests that a model's <c>specialization</c> fits. Default: false.</summary>
    public bool EnhancePrompts { get; init; }

    /// <summary>Largest expected cost of a request in US dollars; null for none.</summary>
    public decimal? MaxCostUsd { get; init; }

    /// <summary>Longest observed time to first output of a model that is considered; null for none.</summary>
    public TimeSpan? MaxLatency { get; init; }

    internal static ConfigShape<RouteConfig> Shape { get; } = new ConfigShape<RouteConfig>(new RouteConfig { Id = "", Models = [] })
        .Field("strategy", Kinds.Word(StrategyWords), c => c.Strategy, (c, v) => c with { Strategy = v },
            "How a model is chosen; docs/strategies.md says what each word does. ordered when left out: in the order they are written.")
        .Field("models", Kinds.List(Kinds.Text, "a list of models, at least one", least: 1), c => c.Models, (c, v) => c with { Models = v },
            "What it chooses from: ids of models or routes, or provider/upstream-name.", required: true)
        .Field("fallbacks", Kinds.List(Kinds.Text, "a list of models"), c => c.Fallbacks, (c, v) => c with { Fallbacks = v },
            "What is tried, in this order, when none of the models answered.")
        .Field("strict", Kinds.Boolean, c => c.Strict, (c, v) => c with { Strict = v },
            "Refuses with 400 what could only be translated with a loss.")
        .Field("fallbacksFor", Kinds.Map(Targets, "an object of reasons and lists of models"), c => c.FallbacksFor, (c, v) => c with { FallbacksFor = v },
            "What is tried instead when a model fails for a reason: context_length or content_filtered.")
        .Field("tasks", Kinds.Map(Targets, "an object of tasks and lists of models", static name => TextChecks.TaskName(name) is { } why ? $"{Words.Quote(name)} {why}" : null), c => c.Tasks, (c, v) => c with { Tasks = v },
            "Which models (or routes) serve a task, best first; tasks that are not named here may be served by all.")
        .Field("task", Kinds.Task, c => c.Task, (c, v) => c with { Task = v },
            "The task of requests of this route that name none; classified when left out.")
        .Field("weights", Kinds.Map(Kinds.Weight, "an object of models and weights"), c => c.Weights, (c, v) => c with { Weights = v },
            "Weights by model for the strategy weighted; all alike when left out.")
        .Field("balance", Kinds.Record(() => BalanceConfig.Shape), c => c.Balance, (c, v) => c with { Balance = v }, "How the strategy balanced weighs.")
        .Field("rules", Kinds.Record(() => RulesConfig.Shape), c => c.Rules, (c, v) => c with { Rules = v }, "Thresholds of the strategy rules.")
        .Field("learned", Kinds.Record(() => LearnedConfig.Shape), c => c.Learned, (c, v) => c with { Learned = v }, "Settings of the strategy learned.")
        .Field("cascade", Kinds.Record(() => CascadeConfig.Shape), c => c.Cascade, (c, v) => c with { Cascade = v }, "Settings of the strategy cascade.")
        .Field("experiment", Kinds.Record(() => ExperimentConfig.Shape), c => c.Experiment, (c, v) => c with { Experiment = v }, "Settings of the strategy ab.")
        .Field("hedge", Kinds.Record(() => HedgeConfig.Shape), c => c.Hedge, (c, v) => c with { Hedge = v }, "A second request when the first is slow to begin.")
        .Field("affinity", Kinds.Record(() => AffinityConfig.Shape), c => c.Affinity, (c, v) => c with { Affinity = v }, "Keeping conversations where their prompt cache is.")
        .Field("continue", Kinds.Boolean, c => c.Continue, (c, v) => c with { Continue = v },
            "Continues an answer that broke off on the next model that can be prefilled, instead of ending it with an error.")
        .Field("enhancePrompts", Kinds.Boolean, c => c.EnhancePrompts, (c, v) => c with { EnhancePrompts = v },
            "Adds a sentence to the instructions of requests whose task fits a model's specialization.")
        .Field("maxCostUsd", Kinds.Amount.OrNull(), c => c.MaxCostUsd, (c, v) => c with { MaxCostUsd = v },
            "Largest expected cost of a request in US dollars; models above it are not considered.")
        .Field("maxLatency", Kinds.Duration.OrNull(), c => c.MaxLatency, (c, v) => c with { MaxLatency = v },
            "Longest observed time to first output; slower models are not considered.");

    private static ConfigKind<IReadOnlyList<string>> Targets => Kinds.List(Kinds.Text, "a list of models", least: 1);

    internal static ConfigKind<IReadOnlyDictionary<string, RouteConfig>> Map =>
        Kinds.Records(() => Shape, "an object of routes by id", id => new RouteConfig { Id = id, Models = [] }, TextChecks.EntryName);

    /// <summary>The route as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
