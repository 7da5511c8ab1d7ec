using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>A named choice among models.</summary>
public sealed record RouteConfig
{
    /// <summary>The id that requests name instead of a model.</summary>
    public required string Id { get; init; }

    /// <summary>How a model is chosen; null for the default.</summary>
    public string? Strategy { get; init; }

    /// <summary>What it chooses from: ids of models or routes, or provider/upstream-name.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>What is tried, in this order, when none of the models answered.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Refuses a request that could only be translated with a loss. Default: false.</summary>
    public bool Strict { get; init; }

    internal static ConfigShape<RouteConfig> Shape { get; } = new ConfigShape<RouteConfig>(new RouteConfig { Id = "", Models = [] })
        .Field("strategy", Kinds.OptionalText, c => c.Strategy, (c, v) => c with { Strategy = v },
            "How a model is chosen: cheapest, quality, fastest, balanced, rules, cascade, learned.",
            notYet: new("this version does not choose by strategy yet: models are tried in the order they are written"))
        .Field("models", Kinds.List(Kinds.Text, "a list of models, at least one", least: 1), c => c.Models, (c, v) => c with { Models = v },
            "What it chooses from: ids of models or routes, or provider/upstream-name.", required: true)
        .Field("fallbacks", Kinds.List(Kinds.Text, "a list of models"), c => c.Fallbacks, (c, v) => c with { Fallbacks = v },
            "What is tried, in this order, when none of the models answered.")
        .Field("strict", Kinds.Boolean, c => c.Strict, (c, v) => c with { Strict = v },
            "Refuses with 400 what could only be translated with a loss.");

    internal static ConfigKind<IReadOnlyDictionary<string, RouteConfig>> Map =>
        Kinds.Records(() => Shape, "an object of routes by id", id => new RouteConfig { Id = id, Models = [] }, TextChecks.EntryName);

    /// <summary>The route as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
