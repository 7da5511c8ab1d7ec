using System.Collections.Concurrent;
using Signalbox.Configuration;
using Signalbox.FunctionalTests.FaultMatrix;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Network;

/// <summary>Promise 1 with a recorder on the process's sockets: whatever fails, a confidential request opens no connection that is not local.</summary>
[Collection(nameof(ConfidentialRequestsTests))]
[CollectionDefinition(nameof(ConfidentialRequestsTests), DisableParallelization = true)]
public sealed class ConfidentialRequestsTests
{
    private const int AtOnce = 24;

    [Fact]
    public async Task A_public_request_does_connect_and_is_recorded()
    {
        await using var bench = await HouseBench.StartAsync();
        await bench.OpenAsync();
        var wire = Wire.Of("openai-chat");

        Assert.Empty(bench.Escapes);
        Assert.Equal(200, (await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("cloud-openai-chat/m", false))).Status);
        Assert.Equal(502, (await bench.Gateway.AskAsync(wire.Path("", false), wire.Request("named-openai-chat/m", false))).Status);

        Assert.Contains(bench.Escapes, static to => to.StartsWith("127.0.0.2:", StringComparison.Ordinal));
        Assert.Contains(bench.Escapes, static name => name.StartsWith("far-away-openai-chat-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whatever_fails_in_the_house_nothing_is_sent_to_the_cloud()
    {
        await using var bench = await HouseBench.StartAsync();
        var requests = new List<(SecretRequest Request, Wire Wire, bool Stream, bool IsAfter)>();
        foreach (var fault in MatrixFaults.Main.Concat(MoreFaults.All))
        {
            foreach (var phase in Enum.GetValues<Phase>().Where(fault.IsIn))
            {
                foreach (var wire in fault.IsSlow && phase == Phase.Complete ? Wire.All.Take(1) : Wire.All)
                {
                    var number = requests.Count;
                    var other = Wire.All[(number + 1) % Wire.All.Count];
                    var local = bench.AddLocal($"local-{number}", wire, call => fault.ActAsync(call, wire, phase), fault.SettingsFor(phase), fault.Address?.Invoke(bench.House, wire, phase));
                    var route = bench.AddRoute($"route-{number}", Route(number, local, wire, other));
                    requests.Add((Ask(number, wire, route, phase != Phase.Complete), wire, phase != Phase.Complete, phase == Phase.StreamAfter));
                }
            }
        }

        await bench.OpenAsync();
        var answers = await AskAllAsync(bench, [.. requests.Select(static asked => asked.Request)]);

        MustHaveStayed(bench);
        foreach (var (request, wire, stream, isAfter) in requests)
        {
            var answer = answers[request.Number];
            Assert.True(isAfter ? wire.WalkStream(answer.Text) is { Error: not null, HasCleanEnd: false } : answer.Status >= 400 && wire.ErrorMessage(answer).Length > 0, $"{request}: {answer.Text}");
        }
    }

    [Fact]
    public async Task No_strategy_prefers_the_cloud_for_a_confidential_request()
    {
        await using var bench = await HouseBench.StartAsync();
        var requests = new List<(SecretRequest Request, Wire Wire, bool Stream, bool IsHealthy)>();
        foreach (var strategy in RouteConfig.StrategyWords)
        {
            foreach (var (isHealthy, stream) in ((bool, bool)[])[(true, true), (true, false), (false, true), (false, false)])
            {
                var number = requests.Count;
                var wire = Wire.All[number % Wire.All.Count];
                var local = bench.AddLocal($"local-{number}", wire, call => isHealthy ? Good.AnswerAsync(call, wire, stream) : call.AnswerAsync(503, "application/json", MatrixFaults.ErrorOf(wire, 503, "no")));
                var route = bench.AddRoute($"route-{number}", $$"""
                    "strategy":"{{strategy}}","models":["cloud-{{wire}}/m","named-{{wire}}/m","{{local}}"],"hedge":{"enabled":true,"delay":"1ms","maxShare":1},"enhancePrompts":true,
                    "cascade":{"threshold":1,"checks":["refusal","consistency","checker"],"checker":"cloud-{{wire}}/m"}
                    """);
                requests.Add((Ask(number, wire, route, stream), wire, stream, isHealthy));
            }
        }

        await bench.OpenAsync();
        var answers = await AskAllAsync(bench, [.. requests.Select(static asked => asked.Request)]);

        MustHaveStayed(bench);
        foreach (var (request, wire, stream, isHealthy) in requests)
        {
            var answer = answers[request.Number];
            Assert.True(isHealthy ? wire.Walk(answer, stream).Text.ToString() == Wire.SampleText : answer.Status >= 400 && wire.ErrorMessage(answer).Length > 0, $"{request}: {answer.Status} {answer.Text}");
        }
    }

    [Fact]
    public async Task An_open_breaker_a_full_house_and_a_slow_start_are_no_reasons_to_leave_it()
    {
        await using var bench = await HouseBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            // One that fails until its breaker opens, one that takes a single request at a time, one that a hedge would soon overtake.
            var broken = bench.AddLocal($"broken-{wire}", wire, call => call.AnswerAsync(500, "application/json", wire.Error("no")));
            bench.AddLocal($"narrow-{wire}", wire, call => AnswerLateAsync(call, wire));
            var narrow = bench.AddModel($"narrow-{wire}-model", $""" "provider":"narrow-{wire}","upstream":"m","maxConcurrency":1 """);
            var slow = bench.AddLocal($"slow-{wire}", wire, call => AnswerLateAsync(call, wire));
            bench.AddRoute($"broken-{wire}-then-cloud", $$""" "models":["{{broken}}"],"fallbacks":["cloud-{{wire}}/m","named-{{wire}}/m"] """);
            bench.AddRoute($"narrow-{wire}-then-cloud", $$""" "models":["{{narrow}}","cloud-{{wire}}/m"] """);
            bench.AddRoute($"slow-{wire}-then-cloud", $$""" "models":["{{slow}}","cloud-{{wire}}/m"],"hedge":{"enabled":true,"delay":"1ms","maxShare":1} """);
        }

        await bench.OpenAsync();
        var requests = new List<SecretRequest>();
        foreach (var wire in Wire.All)
        {
            foreach (var kind in (string[])["broken", "narrow", "slow"])
            {
                for (var i = 0; i < 30; i++)
                {
                    requests.Add(Ask(requests.Count, wire, $"{kind}-{wire}-then-cloud", stream: i % 2 == 0));
                }
            }
        }

        // The broken ones one at a time: were all in flight at once, they would have left before the first failure was known.
        var failing = requests.Where(static request => request.Path.Contains("broken", StringComparison.Ordinal) || request.Body.Contains("broken", StringComparison.Ordinal)).ToList();
        await AskAllAsync(bench, failing, atOnce: 1);
        await AskAllAsync(bench, [.. requests.Except(failing)]);

        MustHaveStayed(bench);
        Assert.All(Wire.All, wire => Assert.InRange(bench.LocalCalls($"broken-{wire}"), 1, 29));
    }

    [Fact]
    public async Task A_conversation_that_was_at_home_in_the_cloud_comes_back_when_it_becomes_confidential()
    {
        await using var bench = await HouseBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            var local = bench.AddLocal($"local-{wire}", wire, call => Good.AnswerAsync(call, wire, SideAnswers.IsStream(call, wire)));
            bench.AddRoute($"talk-{wire}", $$""" "models":["cloud-{{wire}}/m","{{local}}"],"affinity":{"enabled":true,"ttl":"1h"} """);
        }

        await bench.OpenAsync();
        foreach (var wire in Wire.All)
        {
            // The same first words, so that the gateway takes both for one conversation.
            var first = await bench.Gateway.AskAsync(wire.Path($"talk-{wire}", false), wire.Request($"talk-{wire}", false, "Hello, you."));
            Assert.Equal($"cloud-{wire}/m", first.Headers["x-signalbox-model"]);
        }

        bench.Cloud.Forget();
        var connections = bench.Escapes.Count();
        foreach (var wire in Wire.All)
        {
            var second = await bench.Gateway.AskAsync(wire.Path($"talk-{wire}", false), wire.Request($"talk-{wire}", false, "Hello, you."), ("x-signalbox-sensitivity", "confidential"));
            Assert.Equal((200, $"local-{wire}/m"), (second.Status, second.Headers["x-signalbox-model"]));
        }

        Assert.Empty(bench.Cloud.Calls);
        Assert.Equal(connections, bench.Escapes.Count());
    }

    [Fact]
    public async Task Embeddings_token_counts_and_the_old_routes_stay_in_the_house_too()
    {
        await using var bench = await HouseBench.StartAsync();
        foreach (var wire in Wire.All)
        {
            bench.AddLocal($"broken-{wire}", wire, call => call.AnswerAsync(503, "application/json", wire.Error("no")));
            bench.AddLocal($"gone-{wire}", wire, static _ => Task.CompletedTask, address: bench.House.Refusing);
            bench.AddRoute($"side-{wire}", $$""" "models":["broken-{{wire}}/m","gone-{{wire}}/m","cloud-{{wire}}/m","named-{{wire}}/m"],"fallbacks":["cloud-{{wire}}/n"] """);
        }

        await bench.OpenAsync();
        var requests = new List<SecretRequest>();
        foreach (var said in Enum.GetValues<Said>())
        {
            foreach (var wire in Wire.All)
            {
                // By a route whose local models fail, and by the cloud model's own name.
                foreach (var model in (string[])[$"side-{wire}", $"cloud-{wire}/m", $"named-{wire}/m"])
                {
                    foreach (var request in SideRequests(model, said, SecretRequest.PromptOf(said)))
                    {
                        requests.Add(request with { Number = requests.Count });
                    }
                }
            }
        }

        var answers = await AskAllAsync(bench, requests);

        MustHaveStayed(bench);
        // Counting tokens needs no provider: it may be estimated in the house.
        Assert.All(requests.Where(static request => !request.Path.Contains("ount", StringComparison.Ordinal)),
            request => Assert.True(answers[request.Number].Status >= 400, $"{request}: {answers[request.Number].Text}"));
    }

    private static async Task AnswerLateAsync(UpstreamCall call, Wire wire)
    {
        await Pause.ForAsync(TimeSpan.FromMilliseconds(20), call.AbortedToken);
        await Good.AnswerAsync(call, wire, SideAnswers.IsStream(call, wire));
    }

    /// <summary>The cloud next to what is local, in every place in which a route may have it.</summary>
    private static string Route(int number, string local, Wire wire, Wire other) => (number % 4) switch
    {
        0 => $$""" "models":["{{local}}","cloud-{{wire}}/m","named-{{other}}/m"] """,
        1 => $$""" "models":["{{local}}"],"fallbacks":["cloud-{{other}}/m","named-{{wire}}/m"],"continue":true """,
        2 => $$""" "models":["cloud-{{other}}/m","{{local}}"],"fallbacksFor":{"context_length":["cloud-{{wire}}/m"],"content_filtered":["named-{{wire}}/m"]} """,
        _ => $$""" "models":["{{local}}","cloud-{{wire}}/m"],"hedge":{"enabled":true,"delay":"1ms","maxShare":1},"continue":true """,
    };

    private static SecretRequest Ask(int number, Wire wire, string model, bool stream)
    {
        var said = (Said)(number % 3);
        return new SecretRequest(number, wire.Path(model, stream), wire.Request(model, stream, SecretRequest.PromptOf(said)), said);
    }

    private static IEnumerable<SecretRequest> SideRequests(string model, Said said, string prompt) =>
    [
        new(0, "/v1/embeddings", $$"""{"model":"{{model}}","input":"{{prompt}}"}""", said),
        new(0, $"/v1beta/models/{model}:embedContent", $$$"""{"content":{"parts":[{"text":"{{{prompt}}}"}]}}""", said),
        new(0, "/api/embed", $$"""{"model":"{{model}}","input":"{{prompt}}"}""", said),
        new(0, "/v1/messages/count_tokens", $$"""{"model":"{{model}}","messages":[{"role":"user","content":"{{prompt}}"}]}""", said),
        new(0, $"/v1beta/models/{model}:countTokens", $$$"""{"contents":[{"role":"user","parts":[{"text":"{{{prompt}}}"}]}]}""", said),
        new(0, "/v1/completions", $$"""{"model":"{{model}}","prompt":"{{prompt}}","max_tokens":9}""", said),
        new(0, "/api/generate", $$"""{"model":"{{model}}","prompt":"{{prompt}}","stream":false}""", said),
        .. Wire.All.Select(wire => new SecretRequest(0, wire.Path(model, false), wire.Request(model, false, prompt), said)),
    ];

    private static async Task<IReadOnlyDictionary<int, CallerAnswer>> AskAllAsync(HouseBench bench, IReadOnlyList<SecretRequest> requests, int atOnce = AtOnce)
    {
        var answers = new ConcurrentDictionary<int, CallerAnswer>();
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = Patience.Token },
            async (request, _) => answers[request.Number] = await bench.Gateway.AskAsync(request.Path, request.SentBody, request.Headers));
        return answers;
    }

    private static void MustHaveStayed(HouseBench bench)
    {
        Assert.True(!bench.Escapes.Any(), $"{bench.Escapes.Count()} connections left the house: {string.Join(", ", bench.Escapes.Distinct().Take(5))}");
        Assert.DoesNotContain(bench.Cloud.Calls, static call => call.Text.Contains(SecretRequest.Mark, StringComparison.Ordinal));
    }
}
