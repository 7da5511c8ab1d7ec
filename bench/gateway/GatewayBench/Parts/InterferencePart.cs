using System.Globalization;
using System.Text.Json;
using Signalbox.Bench.Gateway.Processes;
using Signalbox.Bench.Gateway.Reporting;

namespace Signalbox.Bench.Gateway.Parts;

/// <summary>What callers notice of a comparative benchmark that runs by itself: the median time of an answer at 200 requests/s with one
/// running over that without, in windows that alternate within one process. The configuration is reloaded in between. All share one
/// CPU, which leaves a benchmark nowhere to hide, and a process of the lowest priority keeps that CPU from falling asleep: waking it takes
/// longer than an answer, and not twice the same time. SIGNALBOX_BENCH_GGUF names a model file that is compared as well.</summary>
internal sealed class InterferencePart(Setup setup, BenchReport report)
{
    private const double Bar = 1.02;
    private const string ConfigName = "benchmarking.json";
    private static readonly TimeSpan ToggleLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly int _rounds = setup.Options.Quick ? 25 : 150;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var plan = new RatePlan(Rate: 200, Seconds: 1, Threads: 8, Payloads.FirstWord);
        Switch(isOn: false);
        await using var gateway = await setup.StartGatewayAsync(setup.Workspace.File(ConfigName), cancellationToken);
        var call = gateway.Relayed(Providers.Complete);
        await Warmup.RunAsync(setup, [call], cancellationToken);
        Placement.OneCpu.Move(setup.Upstream, gateway.Process);
        await using var awake = ChildProcess.Start(
            $"chrt -i 0 {Placement.OneCpu.Prefix} sh -c 'while :; do :; done'", setup.Workspace.File("awake.log"), setup.Workspace.Root);

        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 0; round <= _rounds; round++)
        {
            // Every other round the other way about, so that a drift of the machine favours neither.
            foreach (var isOn in round % 2 == 0 ? new[] { false, true } : [true, false])
            {
                await ToggleAsync(gateway, call, isOn, cancellationToken);
                var median = (await LoadClient.RateAsync(setup, call, plan, cancellationToken)).Whole.P50;
                if (round > 0)
                {
                    (isOn ? with : without).Add(median);
                }
            }
        }

        var ratios = Statistics.Pairwise(with, without, (on, off) => on / off);
        var (low, high) = Statistics.MedianInterval(ratios);
        report.Add(new Finding("benchmark-interference", "median answer at 200/s while a benchmark runs", Statistics.Median(ratios), "x off", Bar)
        {
            Rounds = ratios,
            Detail = string.Create(CultureInfo.InvariantCulture, $"95 % [{low:0.000}, {high:0.000}]; {Statistics.Median(with):0} us on, {Statistics.Median(without):0} us off"),
        });
    }

    private void Switch(bool isOn) => setup.Workspace.Write(ConfigName, Proxy.BenchmarkingConfig(setup.UpstreamPort, isOn, Environment.GetEnvironmentVariable("SIGNALBOX_BENCH_GGUF")));

    /// <summary>Returns when a benchmark is running, or none is.</summary>
    private async Task ToggleAsync(Proxy gateway, Call call, bool isOn, CancellationToken cancellationToken)
    {
        if (setup.Options.SelfCheck)
        {
            return;
        }

        Switch(isOn);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ToggleLimit);
        using var probe = new HttpProbe();
        try
        {
            // A request is what begins the next benchmark.
            while (await probe.AskAsync(call, limit.Token) is { Length: > 0 } && await IsRunningAsync(probe, gateway, limit.Token) != isOn)
            {
                await Task.Delay(Pause, limit.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BenchException($"No benchmark was {(isOn ? "started" : "ended")} by a reload within {ToggleLimit.TotalSeconds} s; gateway.log (--keep) says more.");
        }
    }

    private static async Task<bool> IsRunningAsync(HttpProbe probe, Proxy gateway, CancellationToken cancellationToken)
    {
        using var summary = JsonDocument.Parse(await probe.GetAsync(gateway.Port, "/api/v1/benchmark/summary", cancellationToken));
        return summary.RootElement.GetProperty("running").ValueKind == JsonValueKind.Object;
    }
}
