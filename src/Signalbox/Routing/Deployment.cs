using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Dialects.Tokens;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing;

/// <summary>One model at one provider, ready to be called.</summary>
internal sealed record Deployment(IProvider Provider, string Upstream, CatalogModel Model)
{
    /// <summary>The id that a configuration gives it; without one, <c>provider/upstream</c>.</summary>
    public string Id { get; init; } = $"{Provider.Name}/{Upstream}";

    public string ProviderName => Provider.Name;

    /// <summary>The name of contract section 4: <c>provider/upstream</c>.</summary>
    public string FullName { get; } = $"{Provider.Name}/{Upstream}";

    /// <summary>What is observed about it: the same for all that have its provider, address, credential and model, across reloads.</summary>
    public DeploymentState State { get => field ??= DeploymentState.Alone(FullName); init; }

    /// <summary>How the model cuts text into tokens.</summary>
    public TokenizerFamily Tokenizer { get; } = TokenizerFamilies.OfModel(Upstream);

    /// <summary>Whether what is sent here leaves the house.</summary>
    public Locality Locality { get; init; } = Provider.Locality;

    /// <summary>How long the first useful output may take.</summary>
    public TimeSpan FirstOutputTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a stream may be silent.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How good its answers are, 0 to 1; null where nobody has said.</summary>
    public double? Quality { get; init; }

    /// <summary>Tasks it is meant for, in the words of contract section 4.</summary>
    public IReadOnlyList<string> UseCases { get; init; } = [];

    /// <summary>What it is especially good at, in a word.</summary>
    public string? Specialization { get; init; }

    /// <summary>How many requests it may be given at once; null for no limit.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>How often one request is tried here; null for the gateway's default.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Whether the route refuses to lose anything in translation.</summary>
    public bool Strict { get; init; }

    /// <summary>Whether the route names it as a fallback rather than as one of its models.</summary>
    public bool IsFallback { get; init; }

    /// <summary>The only reason that this fallback is for; null for any.</summary>
    public ErrorKind? FallbackFor { get; init; }
}

/// <summary>Where a request may go, in the order in which it is tried.</summary>
/// <param name="Route">The route's id; for a model asked for by name, that name.</param>
/// <param name="Targets">Deployments, best first.</param>
internal sealed record RouteTargets(string Route, IReadOnlyList<Deployment> Targets)
{
    /// <summary>What the configuration says about the route; the defaults for a model asked for by name.</summary>
    public RouteConfig Settings { get; init; } = new() { Id = Route, Models = [] };

    /// <summary>Whether the caller asked for this very model: then what it can do is between the two of them.</summary>
    public bool IsModel { get; init; }

    /// <summary>Which targets serve which task; null where all serve all.</summary>
    public TaskTable? Tasks { get; init; }

    /// <summary>The smallest context window of the targets in tokens; the largest number where none is known.</summary>
    public int SmallestWindow { get; } = Targets.Count == 0 ? int.MaxValue : Targets.Min(static target => target.Model.ContextWindow ?? int.MaxValue);
}
