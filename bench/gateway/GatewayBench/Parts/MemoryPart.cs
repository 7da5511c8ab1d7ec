using System.Globalization;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>What an open stream costs, and whether memory stays where it is under load. Each with a process of its own: the
/// memory that an earlier peak left behind would hide the cost of the next.</summary>
internal sealed class MemoryPart(Setup setup, BenchReport report)
{
    private const int Streams = 2000;
    private const int WarmStreams = 50;
    private const double StreamBarKb = 80;
    private const double GrowthBarPercent = 5;
    private const int LoadConnections = 16;
    private static readonly TimeSpan SamplePause = TimeSpan.FromSeconds(1);

    public async Task OpenStreamsAsync(CancellationToken cancellationToken)
    {
        await using (var bare = await setup.StartBareAsync(cancellationToken))
        {
            report.Add(await OpenStreamsAsync("bare proxy", bare, bare.Relayed(Providers.Slow), bar: null, cancellationToken));
        }
        await using (var gateway = await setup.StartGatewayAsync(cancellationToken))
        {
            report.Add(await OpenStreamsAsync("relayed", gateway, gateway.Relayed(Providers.Slow), StreamBarKb, cancellationToken));
        }
        await using (var gateway = await setup.StartGatewayAsync(cancellationToken))
        {
            report.Add(await OpenStreamsAsync("translated", gateway, gateway.Translated(Providers.Slow), StreamBarKb, cancellationToken));
        }
    }

    public async Task SteadyAsync(CancellationToken cancellationToken)
    {
        var seconds = setup.Options.Quick ? 60 : 300;
        await using var gateway = await setup.StartGatewayAsync(cancellationToken);
        var calls = Warmup.AllKinds(gateway);
        await Warmup.RunAsync(setup, calls, cancellationToken);

        var load = Wrk.RunAsync(setup, calls, new WrkPlan(LoadConnections, seconds, Placement.AllCpus), cancellationToken);
        var samples = new List<double>();
        while (!load.IsCompleted)
        {
            samples.Add(ProcFs.ReadMemory(gateway.Process.Id).PrivateKb);
            await Task.WhenAny(load, Task.Delay(SamplePause, cancellationToken));
        }
        var requests = await load;
        var growth = Statistics.Slope(samples) * samples.Count;
        var median = Statistics.Median(samples);
        report.Add(new Finding("steady-memory", $"growth of memory over {seconds} s of load", growth / median * 100, "%", GrowthBarPercent)
        {
            Detail = string.Create(CultureInfo.InvariantCulture,
                $"median {median / 1024:0.0} MB, {samples.Min() / 1024:0.0}..{samples.Max() / 1024:0.0} MB, trend {growth / 1024:+0.00;-0.00} MB, {requests} requests"),
        });
    }

    private async Task<Finding> OpenStreamsAsync(string kind, Proxy proxy, Call call, double? bar, CancellationToken cancellationToken)
    {
        await Warmup.RunAsync(setup, Warmup.AllKinds(proxy), cancellationToken);
        await LoadClient.HoldAsync(setup, call, WarmStreams, Placement.AllCpus, () => Task.Delay(SamplePause, cancellationToken), cancellationToken);
        var idle = await SampleAsync(proxy, samples: 5, cancellationToken);

        var open = default(Memory);
        await LoadClient.HoldAsync(setup, call, Streams, Placement.AllCpus, async () => open = await SampleAsync(proxy, setup.Options.Quick ? 10 : 20, cancellationToken), cancellationToken);
        return new Finding("open-streams", $"memory per open slow stream, {kind}", (open.PrivateKb - idle.PrivateKb) / Streams, "KB", bar)
        {
            Detail = string.Create(CultureInfo.InvariantCulture,
                $"{Streams} open; private {idle.PrivateKb / 1024:0.0} -> {open.PrivateKb / 1024:0.0} MB; resident {(open.ResidentKb - idle.ResidentKb) / Streams:0.0} KB each"),
        };
    }

    private static async Task<Memory> SampleAsync(Proxy proxy, int samples, CancellationToken cancellationToken)
    {
        var taken = new List<Memory>();
        for (var i = 0; i < samples; i++)
        {
            await Task.Delay(SamplePause, cancellationToken);
            taken.Add(ProcFs.ReadMemory(proxy.Process.Id));
        }
        return new Memory(Statistics.Median(taken.Select(one => one.ResidentKb)), Statistics.Median(taken.Select(one => one.PrivateKb)));
    }
}
