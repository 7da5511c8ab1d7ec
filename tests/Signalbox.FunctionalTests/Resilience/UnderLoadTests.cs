using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Resilience;

/// <summary>A reload, a breaker that opens and a thousand requests at once lose nothing, and what the providers counted is in the books.</summary>
[CollectionDefinition(nameof(UnderLoadTests), DisableParallelization = true)]
[Collection(nameof(UnderLoadTests))]
public sealed class UnderLoadTests
{
    private const int Count = 1000;

    [Fact]
    public async Task A_reload_a_breaker_that_opens_and_a_thousand_requests_at_once_lose_nothing()
    {
        const string Settings = ResilienceBench.Fast + """, "breaker": { "minimumCalls": 10, "restFor": "1h" }""";
        await using var bench = await ResilienceBench.StartAsync(Settings);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var everybody = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;
        var a = bench.Always("a", async call =>
        {
            if (Interlocked.Increment(ref arrived) == Count)
            {
                everybody.SetResult();
            }

            await gate.Task;
            await ResilienceBench.Broken(call);
        });
        var b = bench.Answer("b", stream: true);

        var asked = Enumerable.Range(0, Count).Select(_ => bench.AskAsync("ab", stream: true)).ToList();
        await Patience.For(everybody.Task, "a thousand calls at the first provider");
        bench.Gateway.Runtime.Swap(GatewayHarness.Parse(ResilienceBench.Config(bench.Upstream, Settings, route: """, "maxLatency": "1h" """)));
        gate.SetResult();
        var answers = await Task.WhenAll(asked);

        Assert.All(answers, static answer => Assert.Equal((200, Wire.SampleText), (answer.Status, ResilienceBench.Chat.Walk(answer, stream: true).Text.ToString())));
        Assert.Equal(Count, b());
        await bench.RecordAsync(Count);
        Assert.Equal(a() + b(), bench.Records.Sum(static record => record.Attempts));
        Assert.Equal((a(), 0), (bench.Records.Sum(static record => record.Waste.Failed), bench.Records.Sum(static record => record.Waste.Wasted)));
        Assert.True(bench.Gateway.Runtime.Snapshot.Find("a/m")!.Targets[0].State.Rest(TimeProvider.System.GetUtcNow()).IsOn);
    }

    /// <summary>Anthropic's streams state their input with the first event, so a stream that is cut after it has been counted.</summary>
    [Fact]
    public async Task What_was_served_and_what_was_wasted_is_what_the_providers_counted()
    {
        var wire = Wire.Of("anthropic-messages");
        var (input, output, calls) = (0, 0, 0);
        await using var upstream = await FakeUpstream.StartAsync(async call =>
        {
            var isCut = Interlocked.Increment(ref calls) % 3 == 0;
            Interlocked.Add(ref input, 9);
            Interlocked.Add(ref output, isCut ? 1 : 2);
            await Good.SendAsync(call, wire, isCut ? 1 : wire.Pieces.Count);
        });
        await using var gateway = await GatewayHarness.StartAsync($$"""
            { "resilience": { "baseDelay": "1ms" }, "providers": { "anthropic": { "baseUrl": "{{upstream.BaseUrl("anthropic")}}", "apiKey": "key" } } }
            """);

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(200, (await gateway.AskAsync(wire.Path("", true), wire.Request("anthropic/m", true))).Status);
        }

        await gateway.StopAsync();
        var records = gateway.Journal.ToList();
        Assert.Equal((calls, calls - 20), (records.Sum(static record => record.Attempts), records.Sum(static record => record.Waste.Failed)));
        Assert.Equal(
            (input, output),
            (records.Sum(static record => record.Usage!.InputTokenCount + (record.Waste.Usage?.InputTokenCount ?? 0)),
             records.Sum(static record => record.Usage!.OutputTokenCount + (record.Waste.Usage?.OutputTokenCount ?? 0))));
    }
}
