using System.Text.Json;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Benchmarks;

/// <summary>Benchmarks that begin by themselves.</summary>
public sealed class AutomaticBenchmarkTests : IDisposable
{
    private const string Summary = "/api/v1/benchmark/summary";
    private static readonly Wire Chat = Wire.Of("openai-chat");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("automatic-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Before_the_first_run_the_summary_is_empty_and_says_how_to_start_one()
    {
        await using var gateway = await GatewayHarness.StartAsync("""{ "providers": {} }""");

        var answer = await gateway.GetAsync(Summary);

        Assert.Equal(200, (int)answer.Status);
        Assert.Empty(answer.Json.GetProperty("models").EnumerateArray());
        Assert.Contains("signalbox bench", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("running").ValueKind);
    }

    [Fact]
    public async Task After_so_many_requests_a_benchmark_runs_and_its_result_is_in_the_summary()
    {
        await using var bench = await ContestBench.StartAsync();
        await using var gateway = await GatewayHarness.StartAsync(Config(bench, maxShare: 1, runs: 1));

        await AskAsync(gateway, 3);
        var summary = await SummaryAsync(gateway, static json => json.GetProperty("complete").ValueKind == JsonValueKind.True);

        Assert.Equal("automatic", summary.GetProperty("trigger").GetString());
        Assert.Equal(["custom_model", "broken_model"], summary.GetProperty("models").EnumerateArray().Select(static m => m.GetProperty("model").GetString()));
        Assert.Equal("custom_model", summary.GetProperty("fastest").GetProperty("model").GetString());
        Assert.NotEqual("", summary.GetProperty("models")[1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_benchmark_that_rests_says_so_and_until_when()
    {
        await using var bench = await ContestBench.StartAsync();
        await using var gateway = await GatewayHarness.StartAsync(Config(bench, maxShare: 0.00001m, runs: 1));
        var before = gateway.Runtime.Time.GetUtcNow();

        await AskAsync(gateway, 3);
        var summary = await SummaryAsync(gateway, static json => json.GetProperty("running") is { ValueKind: JsonValueKind.Object } running && running.GetProperty("rests_until").ValueKind == JsonValueKind.String);

        var running = summary.GetProperty("running");
        Assert.Equal("resting", running.GetProperty("doing").GetString());
        Assert.True(running.GetProperty("rests_until").GetDateTimeOffset() > before);
    }

    [Fact]
    public async Task A_reload_cancels_the_benchmark_that_is_running()
    {
        await using var bench = await ContestBench.StartAsync();
        var (asked, callers) = (new TaskCompletionSource<UpstreamCall>(TaskCreationOptions.RunContinuationsAsynchronously), 0);
        bench.Upstream.On("custom", call =>
        {
            if (Interlocked.Increment(ref callers) <= 3)
            {
                return Good.AnswerAsync(call, Chat, stream: false);
            }

            asked.TrySetResult(call);
            return call.StallAsync();
        });
        await using var gateway = await GatewayHarness.StartAsync(Config(bench, maxShare: 1, runs: 1));
        await AskAsync(gateway, 3);
        var call = await Patience.For(asked.Task, "a call of the benchmark");
        await SummaryAsync(gateway, static json => json.GetProperty("running").ValueKind == JsonValueKind.Object);

        gateway.Runtime.Swap(GatewayHarness.Parse($"{{ {bench.Providers} }}"));

        await Patience.For(call.Aborted, "the end of the benchmark's call");
        var summary = await SummaryAsync(gateway, static json => json.GetProperty("running").ValueKind == JsonValueKind.Null);
        Assert.Empty(summary.GetProperty("models").EnumerateArray());
    }

    [Fact]
    public async Task A_benchmark_switched_off_asks_nobody()
    {
        await using var bench = await ContestBench.StartAsync();
        await using var gateway = await GatewayHarness.StartAsync($"{{ {bench.Providers} }}");

        await AskAsync(gateway, 5);

        Assert.Equal(5, bench.Upstream.Calls.Count);
        Assert.Equal(5, gateway.Journal.Total);
    }

    private string Config(ContestBench bench, decimal maxShare, int runs) => $$"""
        { {{bench.Providers}},
          "benchmark": { "enabled": true, "intervalRequests": 3, "models": ["custom_model", "broken_model"], "runs": {{runs}}, "maxShare": {{maxShare}},
                         "prompts": "{{ContestBench.WritePrompts(_folder.FullName, 2)}}" } }
        """;

    private static async Task AskAsync(GatewayHarness gateway, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await gateway.AskAsync(Chat.Path("", false), Chat.Request("custom_model", stream: true));
        }
    }

    /// <summary>The summary once it says what is waited for.</summary>
    private static async Task<JsonElement> SummaryAsync(GatewayHarness gateway, Func<JsonElement, bool> isReached)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        late.CancelAfter(Patience.Limit);
        while (true)
        {
            var json = (await gateway.GetAsync(Summary)).Json;
            if (isReached(json))
            {
                return json;
            }

            await Pause.ForAsync(TimeSpan.FromMilliseconds(20), late.Token);
        }
    }
}
