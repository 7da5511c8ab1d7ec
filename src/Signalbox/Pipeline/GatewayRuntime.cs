using Signalbox.Benchmarking;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Experiments;
using Signalbox.Ledger;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Resilience;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Planning;
using Signalbox.Versions;
using Signalbox.Providers.Local;

namespace Signalbox.Pipeline;

/// <summary>Everything that lives as long as the process: connections, catalog, journal, and the snapshot in force.</summary>
internal sealed class GatewayRuntime : IDisposable
{
    private readonly IReadOnlyList<IProvider> _inProcess;
    private readonly HealthMonitor _health;
    private volatile GatewaySnapshot _snapshot;

    /// <summary>Without a data folder nothing outlives the process.</summary>
    public GatewayRuntime(SignalboxConfig config, TimeProvider time, ModelCatalog? catalog = null, IReadOnlyList<IProvider>? inProcess = null, string? dataFolder = null)
    {
        Time = time;
        Services = new ProviderServices(time);
        Catalog = catalog ?? ModelCatalog.LoadEmbedded();
        Journal = new UsageJournal();
        Decisions = new DecisionStore();
        DataFolder = dataFolder;
        Experiments = new ExperimentBoard(time, dataFolder);
        Planner = new Planner();
        var profiling = new RequestProfiling();
        var planning = new RoutePlanning(Services, Planner);
        Pipeline = new GatewayPipeline(Services, profiling, planning, new AttemptRunner(Services, Planner), new Continuation(Services), new RequestBooks(Journal, Decisions, Experiments));
        SidePipeline = new SidePipeline(Services, Journal, Decisions);
        DryRun = new DryRun(profiling, planning);
        Versions = new ModelVersions(config);
        _health = new HealthMonitor(time, Services.Board);
        _inProcess = inProcess ?? [];
        _snapshot = new GatewaySnapshot(config, Catalog, Services, _inProcess);
        Benchmarks = new BenchmarkDesk(this);
        Experiments.Configure(_snapshot);
    }

    public TimeProvider Time { get; }

    public ProviderServices Services { get; }

    public ModelCatalog Catalog { get; }

    public Planner Planner { get; }

    public UsageJournal Journal { get; }

    public DecisionStore Decisions { get; }

    public ExperimentBoard Experiments { get; }

    public GatewayPipeline Pipeline { get; }

    public SidePipeline SidePipeline { get; }

    public DryRun DryRun { get; }

    /// <summary>The names that models are in service under, and which of them is active.</summary>
    public ModelVersions Versions { get; }

    /// <summary>The benchmarks that run by themselves, and what the last one has found.</summary>
    public BenchmarkDesk Benchmarks { get; }

    /// <summary>
    /// What a name means to somebody at a command line: a version by its own name, else a model or route, else a version by another of its names. Null where it
    /// means nothing.
    /// </summary>
    public ModelVersion? Named(string name) =>
        Versions.Find(name) is { } version && (version.Name == name || Snapshot.Find(name) is null) ? version
        : Snapshot.Find(name) is not null ? new ModelVersion(name, name)
        : null;

    /// <summary>The folder for what is kept; null to keep nothing.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The configuration's image in force now. A request takes it once and keeps it.</summary>
    public GatewaySnapshot Snapshot => _snapshot;

    /// <summary>Puts a new configuration in force for requests that start from now on.</summary>
    public void Swap(SignalboxConfig config)
    {
        var snapshot = new GatewaySnapshot(config, Catalog, Services, _inProcess);
        Experiments.Configure(snapshot);
        _snapshot = snapshot;
        Versions.Apply(config);
        _health.Apply(_snapshot);
        Services.Local.Keep(_snapshot.Local.Models, _snapshot.Local.Threads);
        Benchmarks.Apply(config.Benchmark);
    }

    /// <summary>Begins what goes on beside requests: health checks and benchmarks, where the configuration asks for them, and saving what experiments have shown.</summary>
    public void Start()
    {
        _health.Start(_snapshot);
        Benchmarks.Start(_snapshot.Config.Benchmark);
        Experiments.Start();
    }

    /// <summary>Loads what the first requests will want of this process's own models: those of <c>auto</c> and of the active version.</summary>
    public async Task WarmUpAsync(CancellationToken cancel)
    {
        var snapshot = Snapshot;
        var first = new[] { snapshot.Find(RouteNames.Auto), snapshot.Find(Versions.Active.Model) }.Select(static route => route?.Targets is [var target, ..] ? target : null);
        foreach (var name in first.Where(static target => target?.Provider is LocalProvider).Select(static target => target!.Upstream).Distinct())
        {
            await snapshot.Local.WarmUpAsync(name, cancel);
        }
    }

    public void Dispose()
    {
        Benchmarks.Dispose();
        _health.Dispose();
        Experiments.Dispose();
        Services.Dispose();
    }
}
