using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Ledger;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Routing;
using Signalbox.Routing.Planning;

namespace Signalbox.Pipeline;

/// <summary>Everything that lives as long as the process: connections, catalog, journal, and the snapshot in force.</summary>
internal sealed class GatewayRuntime : IDisposable
{
    private readonly IReadOnlyList<IProvider> _inProcess;
    private volatile GatewaySnapshot _snapshot;

    public GatewayRuntime(SignalboxConfig config, TimeProvider time, ModelCatalog? catalog = null, IReadOnlyList<IProvider>? inProcess = null)
    {
        Time = time;
        Services = new ProviderServices(time);
        Catalog = catalog ?? ModelCatalog.LoadEmbedded();
        Journal = new UsageJournal();
        Planner = new Planner();
        Pipeline = new GatewayPipeline(Services, new RoutePlanning(Services, Planner), new AttemptRunner(Services, Planner), Journal);
        SidePipeline = new SidePipeline(Services, Journal);
        _inProcess = inProcess ?? [];
        _snapshot = new GatewaySnapshot(config, Catalog, Services, _inProcess);
    }

    public TimeProvider Time { get; }

    public ProviderServices Services { get; }

    public ModelCatalog Catalog { get; }

    public Planner Planner { get; }

    public UsageJournal Journal { get; }

    public GatewayPipeline Pipeline { get; }

    public SidePipeline SidePipeline { get; }

    /// <summary>The configuration's image in force now. A request takes it once and keeps it.</summary>
    public GatewaySnapshot Snapshot => _snapshot;

    /// <summary>Puts a new configuration in force for requests that start from now on.</summary>
    public void Swap(SignalboxConfig config) => _snapshot = new GatewaySnapshot(config, Catalog, Services, _inProcess);

    public void Dispose() => Services.Dispose();
}
