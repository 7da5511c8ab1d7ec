using System.Diagnostics;
using System.Globalization;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>From the start of the process to the first relayed answer, alternating with the bare proxy, on all CPUs.</summary>
internal sealed class ColdStartPart(Setup setup, BenchReport report)
{
    private const int Runs = 9;
    private const double Bar = 2.0;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var bare = new List<double>();
        var gateway = new List<double>();
        for (var run = 0; run <= Runs; run++)
        {
            var first = await MeasureAsync(() => Proxy.StartBare(setup), cancellationToken);
            var second = await MeasureAsync(() => Proxy.StartGateway(setup), cancellationToken);
            if (run > 0)
            {
                // The very first pair only brings the files into the cache.
                bare.Add(first);
                gateway.Add(second);
            }
        }
        report.Add(new Finding("cold-start", "process start to first answer", Statistics.Median(gateway) / Statistics.Median(bare), "x bare", Bar)
        {
            Rounds = Statistics.Pairwise(gateway, bare, (left, right) => left / right),
            Detail = string.Create(CultureInfo.InvariantCulture, $"gateway {Statistics.Median(gateway):0} ms, bare {Statistics.Median(bare):0} ms"),
        });
    }

    private static async Task<double> MeasureAsync(Func<Proxy> start, CancellationToken cancellationToken)
    {
        using var probe = new HttpProbe();
        var before = Stopwatch.GetTimestamp();
        await using var proxy = start();
        var answer = await probe.FirstAnswerAsync(proxy.Relayed(Providers.Complete), proxy.Process, cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        return answer is null ? throw new BenchException($"A proxy did not answer after its start: {probe.LastFailure}") : elapsed;
    }
}
