using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>CPU time of the whole process per request under full load, as a ratio to the bare proxy. Slices of one and the
/// other alternate, and the ratio is that of their lower quartiles. The bars are on the run where all share one CPU, which
/// repeats best; the same on all CPUs is reported beside it.</summary>
internal sealed class CpuPart(Setup setup, BenchReport report)
{
    private const int RoutingConnections = 32;
    private const double RoutingBar = 1.15;
    private const int RoutingWarmups = 3;

    private readonly int _seconds = setup.Options.Quick ? 1 : 2;
    private readonly int _rounds = setup.Options.Quick ? 9 : 15;
    private readonly int _roundsOnAllCpus = setup.Options.Quick ? 5 : 9;

    public Task CompleteAsync(CancellationToken cancellationToken) =>
        RunAsync(new Load("cpu", "1 KB", Providers.Complete, Connections: 32, RelayedBar: 2.0, TranslatedBar: 3.0), cancellationToken);

    public Task StreamsAsync(CancellationToken cancellationToken) =>
        RunAsync(new Load("stream-cpu", "500-chunk stream", Providers.Burst, Connections: 8, RelayedBar: 3.0, TranslatedBar: 8.0), cancellationToken);

    /// <summary>The gateway with routes and detectors on, beside itself without: the bar is on a route that weighs cost, quality and latency.</summary>
    public async Task RoutingAsync(CancellationToken cancellationToken)
    {
        await using var without = await setup.StartGatewayAsync(cancellationToken);
        await using var with = await setup.StartRoutingGatewayAsync(cancellationToken);
        var placement = Placement.OneCpu;
        placement.Move(setup.Upstream, without.Process, with.Process);
        CpuCase plain = new(without, without.Relayed(Providers.Complete)), routed = new(with, Call.Routed(with.Port, "auto")), learned = new(with, Call.Routed(with.Port, "difficult"));
        for (var i = 0; i < RoutingWarmups; i++)
        {
            // Both are the same program: what differs between them must not be how much of it the compiler has got to.
            await Warmup.RunAsync(setup, [plain.Call], cancellationToken);
            await Warmup.RunAsync(setup, [routed.Call, learned.Call], cancellationToken);
        }

        await MeasureAsync([plain, routed, learned], RoutingConnections, placement, _rounds, cancellationToken);
        report.Add(routed.Over(plain, "routing-cpu", $"CPU per routed 1 KB, {placement.Name}", RoutingBar));
        report.Add(learned.Over(plain, "routing-cpu", $"CPU per 1 KB routed by the learned strategy, {placement.Name}", null));
    }

    private async Task RunAsync(Load load, CancellationToken cancellationToken)
    {
        await using var bare = await setup.StartBareAsync(cancellationToken);
        await using var gateway = await setup.StartGatewayAsync(cancellationToken);
        await AnswerCheck.RunAsync(bare, translates: false, cancellationToken);
        await AnswerCheck.RunAsync(gateway, translates: !setup.Options.SelfCheck, cancellationToken);

        await Warmup.RunAsync(setup, [bare.Relayed(load.Provider)], cancellationToken);
        await Warmup.RunAsync(setup, [gateway.Relayed(load.Provider), gateway.Translated(load.Provider)], cancellationToken);
        foreach (var (placement, rounds) in new[] { (Placement.OneCpu, _rounds), (Placement.AllCpus, _roundsOnAllCpus) })
        {
            placement.Move(setup.Upstream, bare.Process, gateway.Process);
            CpuCase plain = new(bare, bare.Relayed(load.Provider)), relayed = new(gateway, gateway.Relayed(load.Provider)), translated = new(gateway, gateway.Translated(load.Provider));
            await MeasureAsync([plain, relayed, translated], load.Connections, placement, rounds, cancellationToken);

            var counts = placement == Placement.OneCpu;
            report.Add(relayed.Over(plain, load.Part, $"CPU per relayed {load.Name}, {placement.Name}", counts ? load.RelayedBar : null));
            report.Add(translated.Over(plain, load.Part, $"CPU per translated {load.Name}, {placement.Name}", counts ? load.TranslatedBar : null));
        }
    }

    private async Task MeasureAsync(CpuCase[] cases, int connections, Placement placement, int rounds, CancellationToken cancellationToken)
    {
        for (var round = 0; round < rounds; round++)
        {
            // Every other round backwards, so that a drift of the machine does not favour whoever comes first.
            foreach (var one in round % 2 == 0 ? cases : cases.Reverse())
            {
                var before = ProcFs.CpuSeconds(one.Proxy.Process.Id);
                var requests = await Wrk.RunAsync(setup, [one.Call], new WrkPlan(connections, _seconds, placement), cancellationToken);
                one.Microseconds.Add((ProcFs.CpuSeconds(one.Proxy.Process.Id) - before) * 1e6 / requests);
            }
        }
    }

    private sealed record Load(string Part, string Name, string Provider, int Connections, double RelayedBar, double TranslatedBar);
}
