using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>
/// CPU per chunk of streams that arrive at the pace of a provider, so that every chunk is a read and a write of its own. The pace
/// and the number of streams are fixed: all sides do the same work in the same time, and the ratio is that of their CPU times.
/// </summary>
internal sealed class PacedPart(Setup setup, BenchReport report)
{
    public const int EventsPerSecond = 50;
    private const int Streams = 200;

    // The streams last ten seconds and must not end inside the window.
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(500);
    private readonly int _rounds = setup.Options.Quick ? 5 : 9;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var bare = await setup.StartBareAsync(cancellationToken);
        await using var gateway = await setup.StartGatewayAsync(cancellationToken);
        await Warmup.RunAsync(setup, [bare.Relayed(Providers.Burst)], cancellationToken);
        await Warmup.RunAsync(setup, [gateway.Relayed(Providers.Burst), gateway.Translated(Providers.Burst)], cancellationToken);

        Placement.OneCpu.Move(setup.Upstream, bare.Process, gateway.Process);
        CpuCase plain = new(bare, bare.Relayed(Providers.Paced)), relayed = new(gateway, gateway.Relayed(Providers.Paced)), translated = new(gateway, gateway.Translated(Providers.Paced));
        CpuCase[] cases = [plain, relayed, translated];
        for (var round = 0; round <= _rounds; round++)
        {
            foreach (var one in round % 2 == 0 ? cases : cases.Reverse())
            {
                var microseconds = await MeasureAsync(one, cancellationToken);
                if (round > 0)
                {
                    one.Microseconds.Add(microseconds);
                }
            }
        }
        report.Add(relayed.Over(plain, "paced-stream-cpu", "CPU per relayed chunk of paced streams, one CPU", 3.0));
        report.Add(translated.Over(plain, "paced-stream-cpu", "CPU per translated chunk of paced streams, one CPU", 8.0));
    }

    private async Task<double> MeasureAsync(CpuCase one, CancellationToken cancellationToken)
    {
        double seconds = 0;
        await LoadClient.HoldAsync(setup, one.Call, Streams, Placement.OneCpu, async () =>
        {
            await Task.Delay(Settle, cancellationToken);
            var before = ProcFs.CpuSeconds(one.Proxy.Process.Id);
            await Task.Delay(Window, cancellationToken);
            seconds = ProcFs.CpuSeconds(one.Proxy.Process.Id) - before;
        }, cancellationToken);
        return seconds * 1e6 / (Streams * EventsPerSecond * Window.TotalSeconds);
    }
}
