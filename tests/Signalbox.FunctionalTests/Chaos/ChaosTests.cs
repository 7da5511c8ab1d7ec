using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Chaos;

/// <summary>Ten thousand requests while two of three providers fail as providers do.</summary>
[CollectionDefinition(nameof(ChaosTests), DisableParallelization = true)]
[Collection(nameof(ChaosTests))]
[Trait("Duration", "minutes")]
public sealed partial class ChaosTests
{
    private const int Count = 10_000;
    private const int AtOnce = 100;

    /// <summary>99.99 % of them.</summary>
    private const int LeastGood = Count - (Count / 10_000);

    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Ten_thousand_requests_over_failing_providers_are_answered_and_accounted_for_to_the_token()
    {
        await using var upstreams = await ChaosUpstreams.StartAsync();
        await using var gateway = await GatewayHarness.StartAsync(Config(upstreams));
        var answers = new ConcurrentDictionary<int, CallerAnswer>();
        var start = Stopwatch.GetTimestamp();

        await Parallel.ForEachAsync(Enumerable.Range(0, Count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Patience.Token },
            async (number, cancel) => answers[number] = await AskAsync(gateway, number, cancel));

        var elapsed = Stopwatch.GetElapsedTime(start);
        await Patience.For(gateway.StopAsync(), "the gateway's stop, after which every request is in the journal");
        var served = answers.ToDictionary(static pair => pair.Key, pair => ServedBy(pair.Key, pair.Value, upstreams));
        var bad = served.Where(static pair => pair.Value is null).Select(pair => $"{pair.Key}: {answers[pair.Key].Status} {answers[pair.Key].Text}").ToList();
        var books = new ChaosBooks(upstreams.Calls, [.. served.Values.OfType<ChaosCall>()], gateway.Journal.ToList());
        TestContext.Current.TestOutputHelper?.WriteLine($"{Count - bad.Count} of {Count} good in {elapsed.TotalSeconds:0.0} s; {books}");

        Assert.True(elapsed > ChaosUpstreams.Period, $"the run took {elapsed}, less than one period of its faults");
        Assert.True(Count - bad.Count >= LeastGood, $"{bad.Count} bad answers:\n{string.Join('\n', bad.Take(10))}");
        books.MustBalance(answers.ToDictionary(static pair => pair.Value.Headers["x-signalbox-request-id"], pair => served[pair.Key]));
    }

    private static string Config(ChaosUpstreams upstreams)
    {
        var providers = ChaosUpstreams.Providers.Select(provider =>
            $"\"{provider.Name}\":{{\"dialect\":\"{provider.Wire}\",\"baseUrl\":\"{upstreams.BaseUrl(provider.Name)}\",\"firstOutputTimeout\":\"1500ms\"}}");
        return $$"""
            {
              "providers": { {{string.Join(',', providers)}} },
              // The flaky one stays in: with the default its breaker would soon leave little of it.
              "resilience": { "breaker": { "failureShare": 0.9 } },
              "routes": { "three": { "strategy": "round_robin", "models": ["flaky/m", "sleepy/m", "steady/m"] } }
            }
            """;
    }

    private static async Task<CallerAnswer> AskAsync(GatewayHarness gateway, int number, CancellationToken cancel)
    {
        var wire = WireOf(number);
        using var request = new HttpRequestMessage(HttpMethod.Post, wire.Path("three", IsStream(number)))
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(wire.Request("three", IsStream(number), $"Say hello, stream-{number}."))),
        };
        request.Content.Headers.ContentType = new("application/json");
        using var response = await gateway.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).WaitAsync(Hang, cancel);
        return await CallerAnswer.ReadAsync(response);
    }

    private static Wire WireOf(int number) => Wire.All[number / 2 % Wire.All.Count];

    private static bool IsStream(int number) => number % 2 == 0;

    /// <summary>The call whose answer this is, whole and exact; null for anything else.</summary>
    private static ChaosCall? ServedBy(int number, CallerAnswer answer, ChaosUpstreams upstreams)
    {
        if (answer is not { Status: 200, Broke: false })
        {
            return null;
        }

        var walked = WireOf(number).Walk(answer, IsStream(number));
        var text = walked.Text.ToString();
        if (Saying().Match(text) is not { Success: true } said || walked is not { HasCleanEnd: true, Finish: "stop", Errors: 0 })
        {
            return null;
        }

        var call = upstreams.Call(int.Parse(said.Groups[1].Value, CultureInfo.InvariantCulture));
        return call.Request == number && call.Answer.Text == text ? call : null;
    }

    [GeneratedRegex("^Answer to [0-9]+ from call ([0-9]+)\\.$")]
    private static partial Regex Saying();
}
