using System.Collections.Concurrent;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Load;

/// <summary>Everything at once: a thousand requests in flight, a new configuration, and a provider that breaks down.</summary>
[Collection(nameof(StreamLoadTests))]
public sealed class ReloadLoadTests
{
    private const int InFlight = 1000;
    private const int Later = 200;
    private const int Last = 20;

    private readonly ConcurrentDictionary<int, TaskCompletionSource> _arrived = new();
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<int> _callsOfFailing = [];
    private volatile bool _isBroken;

    [Fact]
    public async Task A_config_reload_a_breaker_opening_and_1000_requests_in_flight_at_once_lose_nothing()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var wire in Wire.All)
        {
            upstream.On($"failing-{wire}", call => ServeFailingAsync(call, wire));
            upstream.On($"steady-{wire}", call => Good.SendAsync(call, wire, wire.Pieces.Count));
        }

        await using var gateway = await GatewayHarness.StartAsync(Config(upstream, "30s"));
        var answers = Enumerable.Range(0, InFlight).Select(number => AskAsync(gateway, number)).ToList();
        await Patience.For(Task.WhenAll(Enumerable.Range(0, InFlight).Select(number => Arrived(number).Task)), $"{InFlight} calls at the first provider");

        // The first provider breaks down and the configuration changes while all of them are open; then they go on.
        _isBroken = true;
        gateway.Runtime.Swap(GatewayHarness.Parse(Config(upstream, "20s")));
        var begun = gateway.Runtime.Snapshot;
        _goOn.SetResult();
        answers.AddRange(Enumerable.Range(InFlight, Later).Select(number => AskAsync(gateway, number)));
        gateway.Runtime.Swap(GatewayHarness.Parse(Config(upstream, "25s")));
        Assert.NotSame(begun, gateway.Runtime.Snapshot);
        for (var number = 0; number < answers.Count; number++)
        {
            MustBeWhole(number, await Patience.For(answers[number], $"the answer to request {number}"));
        }

        var before = _callsOfFailing.Count;
        for (var number = answers.Count; number < InFlight + Later + Last; number++)
        {
            MustBeWhole(number, await AskAsync(gateway, number));
        }

        await Patience.For(gateway.StopAsync(), "the gateway's stop, which waits for its requests");
        var records = gateway.Journal.ToList();
        Assert.Equal((InFlight + Later + Last, InFlight + Later + Last), (records.Count, records.Select(static record => record.RequestId).Distinct().Count()));
        Assert.All(records, static record => Assert.True(record is { Error: null, IsCancelled: false, Usage: { InputTokenCount: 9, OutputTokenCount: 2 } }));
        // Those that the first provider had begun to answer stayed with it, all others moved on.
        Assert.Equal(InFlight / 2, records.Count(static record => record.Model!.StartsWith("failing", StringComparison.Ordinal)));

        // Its breakers have opened: at most a probe for each deployment still went there.
        Assert.InRange(_callsOfFailing.Count - before, 0, Wire.All.Count);
    }

    /// <summary>Half of the streams have begun when the provider breaks down; the other half waits for its first byte.</summary>
    private async Task ServeFailingAsync(UpstreamCall call, Wire wire)
    {
        var number = LoadStream.NumberIn(call.Text);
        _callsOfFailing.Add(number);
        if (_isBroken || number >= InFlight)
        {
            await call.AnswerAsync(500, "application/json", wire.Error("Broken down."));
            return;
        }

        var hasBegun = number % 2 == 0;
        if (hasBegun)
        {
            await Good.SendAsync(call, wire, wire.TextPiece + 1);
        }

        Arrived(number).TrySetResult();
        await _goOn.Task;
        if (!hasBegun)
        {
            await call.AnswerAsync(500, "application/json", wire.Error("Broken down."));
            return;
        }

        foreach (var piece in wire.Pieces.Skip(wire.TextPiece + 1))
        {
            await call.SendAsync(piece);
        }
    }

    private TaskCompletionSource Arrived(int number) =>
        _arrived.GetOrAdd(number, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    private static string Config(FakeUpstream upstream, string idle)
    {
        var providers = from kind in (string[])["failing", "steady"]
                        from wire in Wire.All
                        let name = $"{kind}-{wire}"
                        select $"\"{name}\":{{\"dialect\":\"{wire}\",\"baseUrl\":\"{upstream.BaseUrl(name)}\",\"idleTimeout\":\"{idle}\"}}";
        var routes = Wire.All.Select(static wire => $"\"r-{wire}\":{{\"models\":[\"failing-{wire}/m\",\"steady-{wire}/m\"]}}");
        return $"{{\"providers\":{{{string.Join(',', providers)}}},\"routes\":{{{string.Join(',', routes)}}}}}";
    }

    private static Wire CallerOf(int number) => Wire.All[number % Wire.All.Count];

    private static string RouteOf(int number) => $"r-{Wire.All[number / Wire.All.Count % Wire.All.Count]}";

    private static Task<CallerAnswer> AskAsync(GatewayHarness gateway, int number) => gateway.AskAsync(
        CallerOf(number).Path(RouteOf(number), stream: true), CallerOf(number).Request(RouteOf(number), stream: true, $"Say hello, stream-{number}."));

    private static void MustBeWhole(int number, CallerAnswer answer)
    {
        Assert.True(answer is { Status: 200, Broke: false }, $"request {number}: {answer.Status} {answer.Text}");
        var walked = CallerOf(number).WalkStream(answer.Text);
        Assert.Equal((Wire.SampleText, true, 0), (walked.Text.ToString(), walked.HasCleanEnd, walked.Errors));
    }
}
