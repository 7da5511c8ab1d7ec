using System.Globalization;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>What a gateway adds to the time of an answer and to the time of the first token, at fixed rates. The bars are on
/// gateway minus bare proxy (what our code adds to the hop that any proxy is); gateway minus nginx is reported beside it. All
/// share one CPU: an idle virtual CPU that has to be woken adds more than what is measured.</summary>
internal sealed class LatencyPart(Setup setup, BenchReport report)
{
    private const double MicrosecondsPerMillisecond = 1000;
    private readonly int _rounds = setup.Options.Quick ? 5 : 9;

    public async Task AnswersAsync(CancellationToken cancellationToken)
    {
        var plan = new RatePlan(Rate: 200, Seconds: setup.Options.Quick ? 2 : 5, Threads: 8, Payloads.FirstWord);
        await RunAsync("latency", Providers.Complete, plan, result => result.Whole, "at 200/s", p99Bar: 2.0, cancellationToken);
    }

    public async Task FirstTokensAsync(CancellationToken cancellationToken)
    {
        // A stream lives for a second: 40 of them per second keep about 40 open, and no thread is ever late for its next one.
        var plan = new RatePlan(Rate: 40, Seconds: setup.Options.Quick ? 3 : 6, Threads: 80, Payloads.FirstWord);
        await RunAsync("first-token", Providers.Trickle, plan, result => result.Marker, "to first token", p99Bar: null, cancellationToken);
    }

    private async Task RunAsync(
        string part, string provider, RatePlan plan, Func<RateResult, Latencies> pick, string name, double? p99Bar, CancellationToken cancellationToken)
    {
        await using var bare = await setup.StartBareAsync(cancellationToken);
        await using var gateway = await setup.StartGatewayAsync(cancellationToken);
        var direct = new Case(Call.Plain(setup.UpstreamPort, provider));
        var plain = new Case(bare.Relayed(provider));
        var relayed = new Case(gateway.Relayed(provider));
        var translated = new Case(gateway.Translated(provider));
        Case[] cases = [direct, plain, relayed, translated];

        await Warmup.RunAsync(setup, [bare.Relayed(Providers.Complete)], cancellationToken);
        await Warmup.RunAsync(setup, Warmup.AllKinds(gateway), cancellationToken);
        Placement.OneCpu.Move(setup.Upstream, bare.Process, gateway.Process);
        for (var round = 0; round <= _rounds; round++)
        {
            foreach (var one in round % 2 == 0 ? cases : cases.Reverse())
            {
                var latencies = pick(await LoadClient.RateAsync(setup, one.Call, plan, cancellationToken));
                if (round > 0)
                {
                    one.P50.Add(latencies.P50);
                    one.P99.Add(latencies.P99);
                }
            }
        }
        foreach (var (kind, measured) in new[] { ("relayed", relayed), ("translated", translated) })
        {
            report.Add(Added(part, $"added p50 {name}, {kind}, over bare", measured.P50, plain.P50, 0.3));
            report.Add(Added(part, $"added p99 {name}, {kind}, over bare", measured.P99, plain.P99, p99Bar));
            report.Add(Added(part, $"added p50 {name}, {kind}, over direct", measured.P50, direct.P50, bar: null));
            report.Add(Added(part, $"added p99 {name}, {kind}, over direct", measured.P99, direct.P99, bar: null));
        }
    }

    private static Finding Added(string part, string name, List<double> measured, List<double> reference, double? bar)
    {
        var rounds = Statistics.Pairwise(measured, reference, (left, right) => (left - right) / MicrosecondsPerMillisecond);
        return new Finding(part, name, Statistics.Median(rounds), "ms", bar)
        {
            Rounds = rounds,
            Detail = string.Create(CultureInfo.InvariantCulture,
                $"{Statistics.Median(measured) / MicrosecondsPerMillisecond:0.000} ms against {Statistics.Median(reference) / MicrosecondsPerMillisecond:0.000} ms"),
        };
    }

    private sealed record Case(Call Call)
    {
        public List<double> P50 { get; } = [];

        public List<double> P99 { get; } = [];
    }
}
