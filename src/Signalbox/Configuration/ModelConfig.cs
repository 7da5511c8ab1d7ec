using Signalbox.Configuration.Fields;

namespace Signalbox.Configuration;

/// <summary>A model under the id that requests use. What is null here is taken from the catalog.</summary>
public sealed record ModelConfig
{
    /// <summary>The id that requests use.</summary>
    public required string Id { get; init; }

    /// <summary>Name of the provider it runs at.</summary>
    public required string Provider { get; init; }

    /// <summary>The provider's own name for it. Default: the id.</summary>
    public required string Upstream { get; init; }

    /// <summary>Tokens that prompt and answer may have together.</summary>
    public int? ContextWindow { get; init; }

    /// <summary>Tokens that an answer may have.</summary>
    public int? MaxOutputTokens { get; init; }

    /// <summary>What it costs; null for the catalog's price, which may be unknown.</summary>
    public PriceConfig? Price { get; init; }

    /// <summary>How good its answers are, 0 to 1, for strategies that weigh quality.</summary>
    public double? Quality { get; init; }

    /// <summary>Tasks it is meant for.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];

    /// <summary>What it is especially good at, in a word.</summary>
    public string? Specialization { get; init; }

    /// <summary>How many requests it may be given at once; more wait. Null for no limit.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>What it can do; null for what the catalog says.</summary>
    public CapabilitiesConfig? Capabilities { get; init; }

    internal static ConfigShape<ModelConfig> Shape { get; } =
        new ConfigShape<ModelConfig>(new ModelConfig { Id = "", Provider = "", Upstream = "" })
        .Field("provider", Kinds.Text, c => c.Provider, (c, v) => c with { Provider = v },
            "Name of the provider it runs at.", required: true)
        .Field("upstream", Kinds.Text, c => c.Upstream, (c, v) => c with { Upstream = v },
            "The provider's own name for it; the id when left out.")
        .Field("contextWindow", Kinds.Count.OrNull(), c => c.ContextWindow, (c, v) => c with { ContextWindow = v },
            "Tokens that prompt and answer may have together.")
        .Field("maxOutputTokens", Kinds.Count.OrNull(), c => c.MaxOutputTokens, (c, v) => c with { MaxOutputTokens = v },
            "Tokens that an answer may have.")
        .Field("price", Kinds.Record(() => PriceConfig.Shape), c => c.Price, (c, v) => c with { Price = v },
            "What it costs, in US dollars per million tokens.")
        .Field("quality", Kinds.Fraction.OrNull(), c => c.Quality, (c, v) => c with { Quality = v },
            "How good its answers are, for strategies that weigh quality.")
        .Field("useCases", Kinds.List(Kinds.Task, "a list of tasks"), c => c.UseCases, (c, v) => c with { UseCases = v },
            "Tasks it is meant for, in the words of the x-signalbox-task header.")
        .Field("specialization", Kinds.OptionalText, c => c.Specialization, (c, v) => c with { Specialization = v },
            "What it is especially good at, in a word.")
        .Field("maxConcurrency", Kinds.Count.OrNull(), c => c.MaxConcurrency, (c, v) => c with { MaxConcurrency = v },
            "How many requests it may be given at once; more wait for a place.")
        .Field("capabilities", Kinds.Record(() => CapabilitiesConfig.Shape), c => c.Capabilities, (c, v) => c with { Capabilities = v },
            "What it can do, where that differs from the catalog.");

    internal static ConfigKind<IReadOnlyDictionary<string, ModelConfig>> Map => Kinds.Records(
        () => Shape, "an object of models by id", id => new ModelConfig { Id = id, Provider = "", Upstream = id }, TextChecks.EntryName);

    /// <summary>The model as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>US dollars per million tokens. Null means unknown, which is never taken for free.</summary>
public sealed record PriceConfig
{
    /// <summary>Tokens of the prompt.</summary>
    public required decimal Input { get; init; }

    /// <summary>Tokens of the answer.</summary>
    public required decimal Output { get; init; }

    /// <summary>Tokens of the prompt that the provider had cached.</summary>
    public decimal? CacheRead { get; init; }

    /// <summary>Tokens of the prompt that the provider put into its cache.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>Tokens of reasoning, where they are not billed as output.</summary>
    public decimal? Reasoning { get; init; }

    internal static ConfigShape<PriceConfig> Shape { get; } = new ConfigShape<PriceConfig>(new PriceConfig { Input = 0, Output = 0 })
        .Field("input", Kinds.Amount, c => c.Input, (c, v) => c with { Input = v }, "Tokens of the prompt.", required: true)
        .Field("output", Kinds.Amount, c => c.Output, (c, v) => c with { Output = v }, "Tokens of the answer.", required: true)
        .Field("cacheRead", Kinds.Amount.OrNull(), c => c.CacheRead, (c, v) => c with { CacheRead = v },
            "Tokens of the prompt that the provider had cached.")
        .Field("cacheWrite", Kinds.Amount.OrNull(), c => c.CacheWrite, (c, v) => c with { CacheWrite = v },
            "Tokens of the prompt that the provider put into its cache.")
        .Field("reasoning", Kinds.Amount.OrNull(), c => c.Reasoning, (c, v) => c with { Reasoning = v },
            "Tokens of reasoning, where they are not billed as output.");

    /// <summary>The prices as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}

/// <summary>What a model can do, where that differs from the catalog. Null leaves the catalog's word.</summary>
public sealed record CapabilitiesConfig
{
    /// <summary>Takes temperature, top_p and their like.</summary>
    public bool? Sampling { get; init; }

    /// <summary>Goes on from an answer that the request begins.</summary>
    public bool? Prefill { get; init; }

    /// <summary>How its reasoning is asked for: none, effort, budget, adaptive, level, toggle or always.</summary>
    public string? Reasoning { get; init; }

    /// <summary>Calls tools.</summary>
    public bool? Tools { get; init; }

    /// <summary>Holds its answer to a JSON schema.</summary>
    public bool? JsonSchema { get; init; }

    internal static ConfigShape<CapabilitiesConfig> Shape { get; } = new ConfigShape<CapabilitiesConfig>(new CapabilitiesConfig())
        .Field("sampling", Kinds.Boolean.OrNull(), c => c.Sampling, (c, v) => c with { Sampling = v }, "Takes temperature, top_p and their like.")
        .Field("prefill", Kinds.Boolean.OrNull(), c => c.Prefill, (c, v) => c with { Prefill = v }, "Goes on from an answer that the request begins.")
        .Field("reasoning", Kinds.Word(["none", "effort", "budget", "adaptive", "level", "toggle", "always"]), c => c.Reasoning, (c, v) => c with { Reasoning = v },
            "How its reasoning is asked for: by words of effort or level, by a budget of tokens, as a switch, or not at all because it always reasons.")
        .Field("tools", Kinds.Boolean.OrNull(), c => c.Tools, (c, v) => c with { Tools = v }, "Calls tools.")
        .Field("jsonSchema", Kinds.Boolean.OrNull(), c => c.JsonSchema, (c, v) => c with { JsonSchema = v }, "Holds its answer to a JSON schema.");

    /// <summary>The capabilities as JSON.</summary>
    public override string ToString() => Shape.Print(this);
}
