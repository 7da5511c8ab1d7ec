using System.Collections.Concurrent;
using System.Collections.Frozen;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Configuration.Routes;
using Signalbox.Providers;
using Signalbox.Providers.Local;
using Signalbox.Routing.Learning;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;
using Signalbox.Resilience;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing;

/// <summary>
/// The runtime image of one configuration. Immutable: a reload builds a new one and swaps one reference, and a request keeps
/// the one it started with.
/// </summary>
internal sealed class GatewaySnapshot
{
    private readonly FrozenDictionary<string, RouteTargets> _byName;
    private readonly FrozenDictionary<string, IProvider> _providers;
    private readonly ConcurrentDictionary<string, RouteTargets> _named = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, DifficultyPredictor> _predictors = new(StringComparer.Ordinal);
    private readonly ModelCatalog _catalog;
    private readonly DeploymentBoard _board;

    public GatewaySnapshot(SignalboxConfig config, ModelCatalog catalog, ProviderServices services, IReadOnlyList<IProvider> inProcess)
    {
        Config = config;
        Sensitivity = new SensitivityDetector(config.Sensitivity);
        HintWords = new HintWords { Strategies = RouteConfig.StrategyWords, RouteTasks = TaskWords(config) };
        _catalog = catalog;
        _board = services.Board;
        _board.Configure(config.Resilience);
        Resilience = new ResilienceSnapshot(config.Resilience, services.Time);
        var providers = new Dictionary<string, IProvider>(StringComparer.Ordinal);
        foreach (var (name, provider) in config.Providers)
        {
            providers[name] = new HttpProvider(provider, services);
        }

        foreach (var provider in inProcess)
        {
            providers[provider.Name] = provider;
        }

        Local = new LocalProvider(config.Local, services.Local);
        if (Local.Models.Count > 0)
        {
            providers[Local.Name] = Local;
        }

        _providers = providers.ToFrozenDictionary(StringComparer.Ordinal);
        Models = ListModels(config, providers);
        _byName = BuildRoutes(config);
    }

    public SignalboxConfig Config { get; }

    /// <summary>The models of this process; may have none.</summary>
    public LocalProvider Local { get; }

    /// <summary>The words that callers may say about a request under this configuration.</summary>
    public HintWords HintWords { get; }

    /// <summary>What labels requests under this configuration.</summary>
    public SensitivityDetector Sensitivity { get; }

    /// <summary>The predictor of a route: its own weights, else those that Signalbox brings.</summary>
    public DifficultyPredictor PredictorOf(LearnedConfig settings) =>
        settings.Weights is { } file ? _predictors.GetOrAdd(file, static path => DifficultyWeights.LoadOrShipped(path)) : DifficultyPredictor.Default;

    /// <summary>The rules for failures.</summary>
    public ResilienceSnapshot Resilience { get; }

    public IEnumerable<IProvider> Providers => _providers.Values;

    /// <summary>Every model usable now, in the order of the configuration.</summary>
    public IReadOnlyList<Deployment> Models { get; }

    public IEnumerable<string> Routes => Config.Routes.Keys.Append(RouteNames.Auto).Distinct();

    /// <summary>Where a model name leads: a route, a model's id, <c>provider/upstream</c>. Null where it leads nowhere.</summary>
    public RouteTargets? Find(string name)
    {
        if (_byName.TryGetValue(name, out var targets) || _named.TryGetValue(name, out targets))
        {
            return targets;
        }

        if (FindDeployment(name) is not { } deployment)
        {
            return null;
        }

        targets = new RouteTargets(name, [deployment]) { IsModel = true };
        // Names come from callers; a bounded number of them is remembered.
        return _named.Count < 4096 ? _named.GetOrAdd(name, targets) : targets;
    }

    /// <summary>What to say to a caller whose model leads nowhere.</summary>
    public GatewayError NotFound(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && !_providers.ContainsKey(name[..slash]) && ProviderDefaults.Presets.FirstOrDefault(preset => preset.Name == name[..slash]) is { } absent)
        {
            return new GatewayError(ErrorKind.NotFound,
                $"There is no model '{name}', because the provider '{absent.Name}' is not configured. Set {absent.KeyVariable ?? absent.UrlVariables[0]}, or list it in the configuration.")
            { Code = "model_not_found", Field = "model" };
        }

        var known = Models.Select(static model => model.Id).Concat(Routes).ToArray();
        var nearest = NearestName.Find(name, known);
        var hint = nearest is not null ? $" Did you mean '{nearest}'?" : " GET /v1/models, or 'signalbox models', lists what there is.";
        return new GatewayError(ErrorKind.NotFound, $"There is no model or route '{name}'.{hint}") { Code = "model_not_found", Field = "model" };
    }

    private static string[] TaskWords(SignalboxConfig config) =>
        [.. config.Routes.Values.SelectMany(static route => route.Task is { } task ? route.Tasks.Keys.Append(task) : route.Tasks.Keys).Distinct(StringComparer.Ordinal)];

    private Deployment? FindDeployment(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < name.Length - 1 && _providers.TryGetValue(name[..slash], out var provider) && provider is not LocalProvider
            ? Deploy(provider, name[(slash + 1)..])
            : null;
    }

    private Deployment Deploy(IProvider provider, string upstream)
    {
        Config.Providers.TryGetValue(provider.Name, out var config);
        var model = _catalog.Resolve(provider.Name, upstream);
        var credential = _board.Credential(provider.Name, config?.BaseUrl, config?.ApiKey);
        var deployment = new Deployment(provider, upstream, model)
        {
            Quality = model.Quality,
            State = _board.State(credential, provider.Name, upstream, Config.Resilience),
        };
        return config is not null
            ? deployment with
            {
                FirstOutputTimeout = config.FirstOutputTimeout,
                IdleTimeout = config.IdleTimeout,
                MaxAttempts = config.MaxAttempts,
            }
            : deployment;
    }

    private List<Deployment> ListModels(SignalboxConfig config, Dictionary<string, IProvider> providers)
    {
        var models = new List<Deployment>();
        foreach (var (id, model) in config.Models)
        {
            if (providers.TryGetValue(model.Provider, out var provider))
            {
                var known = (provider as LocalProvider)?.Describe(model.Upstream) ?? _catalog.Resolve(model.Provider, model.Upstream);
                models.Add(Deploy(provider, model.Upstream) with
                {
                    Id = id,
                    Model = CatalogOverride.Apply(known, model),
                    Quality = model.Quality ?? known.Quality,
                    UseCases = model.UseCases,
                    Specialization = model.Specialization,
                    MaxConcurrency = model.MaxConcurrency,
                });
            }
        }

        foreach (var provider in providers.Values)
        {
            foreach (var model in _catalog.ForProvider(provider.Name))
            {
                models.Add(Deploy(provider, model.Id));
            }

            if (provider is ChatClientProvider { DefaultModel: { } own })
            {
                models.Add(Deploy(provider, own));
            }

            if (provider is LocalProvider local)
            {
                models.AddRange(ListLocal(local));
            }
        }

        return models;
    }

    /// <summary>
    /// What a file is decides what its model can do. A file of the folder that is no model is passed over; a model that the configuration lists
    /// stays, so that whoever asks for it is told why it cannot be loaded.
    /// </summary>
    private IEnumerable<Deployment> ListLocal(LocalProvider local)
    {
        foreach (var config in local.Models)
        {
            var isListed = Config.Local.Models.ContainsKey(config.Name);
            if ((local.Describe(config.Name) ?? (isListed ? _catalog.Resolve(local.Name, config.Name) : null)) is { } model)
            {
                yield return Deploy(local, config.Name) with { Model = model, Quality = config.Quality, UseCases = config.UseCases };
            }
        }
    }

    private FrozenDictionary<string, RouteTargets> BuildRoutes(SignalboxConfig config)
    {
        var routes = new Dictionary<string, RouteTargets>(StringComparer.Ordinal);

        // A catalog model may be asked for by its bare name: that is what an SDK's example code does.
        foreach (var model in Models)
        {
            routes.TryAdd(model.Id, new RouteTargets(model.Id, [model]) { IsModel = true });
        }

        foreach (var model in Models)
        {
            routes.TryAdd(model.Upstream, new RouteTargets(model.Upstream, [model]) { IsModel = true });
        }

        var models = routes.ToDictionary(StringComparer.Ordinal);
        foreach (var id in config.Routes.Keys)
        {
            var targets = TargetsOf(id, models).DistinctBy(static target => (target.FullName, target.FallbackFor)).ToList();
            var tasks = BuildTasks(config.Routes[id], targets, models);
            routes[id] = new RouteTargets(id, targets) { Settings = config.Routes[id], Tasks = tasks };
        }

        routes.TryAdd(RouteNames.Auto, new RouteTargets(RouteNames.Auto, DefaultTargets(config)) { Settings = new RouteConfig { Id = RouteNames.Auto, Models = [], Strategy = "balanced" } });
        return routes.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>A route's models, then its fallbacks. Either may name another route, which stands for its own list; the validator has excluded cycles.</summary>
    private IEnumerable<Deployment> TargetsOf(string routeId, Dictionary<string, RouteTargets> models)
    {
        var route = Config.Routes[routeId];
        foreach (var target in route.Models.SelectMany(name => Resolve(name, models)))
        {
            yield return target with { Strict = target.Strict || route.Strict };
        }

        foreach (var target in route.Fallbacks.SelectMany(name => Resolve(name, models)))
        {
            yield return target with { Strict = target.Strict || route.Strict, IsFallback = true };
        }

        foreach (var (reason, names) in route.FallbacksFor)
        {
            foreach (var target in names.SelectMany(name => Resolve(name, models)))
            {
                yield return target with { Strict = target.Strict || route.Strict, IsFallback = true, FallbackFor = FallbackReasons.Find(reason) };
            }
        }
    }

    private TaskTable? BuildTasks(RouteConfig route, List<Deployment> targets, Dictionary<string, RouteTargets> models)
    {
        if (route.Tasks.Count == 0)
        {
            return null;
        }

        var builder = new TaskTableBuilder(targets, route.Strict);
        foreach (var (task, names) in route.Tasks)
        {
            for (var rank = 0; rank < names.Count; rank++)
            {
                builder.Add(task, rank, Resolve(names[rank], models));
            }
        }

        return builder.Build();
    }

    private IEnumerable<Deployment> Resolve(string name, Dictionary<string, RouteTargets> models)
    {
        if (Config.Routes.ContainsKey(name))
        {
            return TargetsOf(name, models);
        }

        if (models.TryGetValue(name, out var model))
        {
            return model.Targets;
        }

        return name == RouteNames.Auto ? DefaultTargets(Config) : FindDeployment(name) is { } deployment ? [deployment] : [];
    }

    /// <summary>
    /// Without a route of its own, <c>auto</c> takes what the configuration lists, else each provider's default model. A model that Signalbox
    /// brings knows one subject: where there are others it is their last fallback, whatever a strategy makes of its price.
    /// </summary>
    private List<Deployment> DefaultTargets(SignalboxConfig config)
    {
        var targets = new List<Deployment>();
        foreach (var model in Models)
        {
            if (model.Model.Kind == ModelKind.Chat && (config.Models.Count > 0 ? config.Models.ContainsKey(model.Id) : model.Model.IsDefault || model.Provider is ChatClientProvider or LocalProvider))
            {
                targets.Add(model);
            }
        }

        return targets.Exists(IsGeneral) ? [.. targets.Where(IsGeneral), .. targets.Where(model => !IsGeneral(model)).Select(static model => model with { IsFallback = true })] : targets;
    }

    private bool IsGeneral(Deployment model) => model.Provider is not LocalProvider || !Local.IsBuiltIn(model.Upstream) || Config.Models.ContainsKey(model.Id);
}
